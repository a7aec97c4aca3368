import Aggregation
import Foundation
import Testing

@testable import Capture

/// The thread that looks functions up.
@Suite struct NamingThreadTests {
    private static func address(of name: String) throws -> UInt64 {
        let address = UInt64(UInt(bitPattern: dlsym(nil, name)))
        try #require(address != 0)
        return address
    }

    private static func stack(_ addresses: [UInt64]) -> NamedStack {
        NamedStack(UserStackRecord(addresses.map { .address($0) }), process: getpid(), program: "tests")
    }

    @Test func `a stack has its places at once, and its functions when they have been looked up`() throws {
        let address = try Self.address(of: "getppid") + 4
        let stack = Self.stack([address])
        #expect(!stack.isNamed && stack.frames.isEmpty)
        let places = NamedStack(
            UserStackRecord([.file(buildID: [1, 2, 3, 4, 5, 6, 7, 8] + [UInt8](repeating: 0, count: 12), offset: 16), .address(7)]),
            process: getpid(), program: "tests")
        #expect(places.frames.map(\.buildID) == ["0102030405060708", nil] && places.frames.map(\.offset) == [16, 7])
        let naming = NamingThread(programs: [])
        naming.name([stack])
        naming.wait(milliseconds: 60_000)
        #expect(stack.isNamed && stack.frames.first?.function == "getppid" && stack.frames.first?.functionOffset == 4)
    }

    @Test func `each is looked up once, whoever asks, and none is forgotten`() throws {
        let (one, other) = (try Self.address(of: "getppid"), try Self.address(of: "getuid"))
        let stacks = (0..<200).map { Self.stack([$0 % 2 == 0 ? one : other, one + UInt64($0)]) }
        let naming = NamingThread(programs: [])
        for _ in 0..<5 { naming.name(stacks) }
        naming.wait(milliseconds: 120_000)
        #expect(stacks.allSatisfy { $0.isNamed })
        #expect(stacks.enumerated().allSatisfy { $1.frames[0].function == ($0 % 2 == 0 ? "getppid" : "getuid") })
        #expect(!stacks[0].beginToWait())
    }

    @Test func `what nobody holds any more is left out`() throws {
        let address = try Self.address(of: "getppid")
        let naming = NamingThread(programs: [])
        naming.name((0..<40_000).map { Self.stack([address, UInt64($0)]) })
        // Not one of them is waited for: 40,000 look-ups would take longer than this.
        naming.wait(milliseconds: 120_000)
        let last = Self.stack([address])
        naming.name([last])
        naming.wait(milliseconds: 120_000)
        #expect(last.isNamed)
    }
}
