import Testing

@testable import Symbols

/// What x86-64 code tells of the call before a return address.
@Suite struct CallCodeTests {
    private let withFrame: [UInt8] = [0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0x90, 0x5d, 0xc3]
    private let withoutFrame: [UInt8] = [0x55, 0x53, 0x31, 0xc0, 0x5b, 0x5d, 0xc3]

    /// Code in a file: a call, then what it calls, 300 bytes later.
    private func code(_ call: [UInt8], target: [UInt8]) -> (code: CallCode, end: UInt64) {
        let before = [UInt8](repeating: 0x90, count: 16)
        let gap = [UInt8](repeating: 0x90, count: 300)
        let end = before.count + call.count
        let bytes = before + call + gap + target + [UInt8](repeating: 0xcc, count: 300)
        return (CallCode(source: ELFSource(memory: bytes)), UInt64(end))
    }

    @Test func `a frame is behind a call of a function that keeps one`() {
        let direct: [UInt8] = [0xe8, 0x2c, 0x01, 0, 0]
        let (kept, end) = code(direct, target: withFrame)
        #expect(kept.mayBeFrame(end) && kept.targets(ofCallBefore: end) == [end + 300])
        #expect(!code(direct, target: withoutFrame).code.mayBeFrame(end))
        #expect(!kept.mayBeFrame(end + 1) && !kept.mayBeFrame(3) && !kept.mayBeFrame(.max))
    }

    @Test(
        arguments: [
            [0xff, 0xd0], [0x41, 0xff, 0xd7], [0xff, 0x50, 0x18], [0xff, 0x14, 0xd8], [0xff, 0x94, 0x24, 0x10, 0x02, 0, 0],
            [0x3e, 0xff, 0xd0], [0xff, 0x15, 0x10, 0, 0, 0],
        ] as [[UInt8]]) func `where a register or a table says what is called, a frame may be there`(call: [UInt8])
    {
        let (code, end) = code(call, target: withoutFrame)
        #expect(code.mayBeFrame(end))
    }

    @Test(arguments: [[0xff, 0xe0], [0xff, 0x25, 0, 0, 0, 0], [0x0f, 0x05], [0xff, 0xc0], [0x48, 0x89, 0xc3]] as [[UInt8]])
    func `behind a jump, a system call or anything else there is none`(call: [UInt8]) {
        let (code, end) = code(call, target: withFrame)
        #expect(!code.mayBeFrame(end))
    }

    @Test(arguments: [[], [0xf3, 0x0f, 0x1e, 0xfa], [0xf3, 0x0f, 0x1e, 0xfa, 0xf2]] as [[UInt8]])
    func `in a file nobody knows where the table of the linker leads`(prefix: [UInt8]) {
        let (code, end) = code([0xe8, 0x2c, 0x01, 0, 0], target: prefix + [0xff, 0x25, 0x10, 0, 0, 0])
        #expect(code.mayBeFrame(end) && code.destination(ofJumpAt: end + 300) == nil)
    }
}
