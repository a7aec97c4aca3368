package import Profile
import SyscallTable
package import TestSupport

/// Slow calls as damaged files and hostile programs could have them.
extension Fixtures {
    package static func hostileProfile(using generator: inout SeededGenerator) -> Profile {
        var profile = Fixtures.typical
        let count = Int.random(in: 0...40, using: &generator)
        let calls = (0..<count).map { _ in hostileCall(using: &generator) }
        let thresholds = [
            SlowThreshold(nanoseconds: generator.next()), SlowThreshold(call: hostileText(using: &generator), nanoseconds: 0),
        ]
        let rules: [SlowCalls.Rule] = [.slowest(.max), .slowest(-1), .slower([]), .slower(thresholds)]
        profile.slowCalls = SlowCalls(
            rule: rules.randomElement(using: &generator) ?? .slowest(3), calls: calls, unkept: generator.next() >> 40)
        profile.inFlight = calls.prefix(12).map {
            InFlightCall(
                pid: $0.pid, tid: $0.tid, comm: $0.comm, thread: $0.thread, id: $0.id, ageNanoseconds: $0.durationNanoseconds,
                details: $0.details)
        }
        return profile
    }

    private static func hostileCall(using generator: inout SeededGenerator) -> SlowCall {
        func number() -> UInt64 { generator.next() >> UInt64.random(in: 0...63, using: &generator) }
        return SlowCall(
            id: SyscallID(
                abi: ABI.allCases.randomElement(using: &generator) ?? .x86_64, number: Int32.random(in: -1...500, using: &generator)
            ),
            startedAtNanoseconds: generator.next(), durationNanoseconds: number(),
            outcome: Outcome.allCases.randomElement(using: &generator) ?? .ran,
            result: Bool.random(using: &generator)
                ? -Int64.random(in: 0...5000, using: &generator) : Int64(bitPattern: generator.next()),
            pid: Int32(truncatingIfNeeded: generator.next()), tid: Int32(truncatingIfNeeded: generator.next()),
            comm: hostileText(using: &generator), thread: Bool.random(using: &generator) ? hostileText(using: &generator) : nil,
            details: hostileDetails(using: &generator))
    }

    private static func hostileDetails(using generator: inout SeededGenerator) -> CallDetails {
        func place() -> Int { [0, 1, 2, 5, -1, .max, .min].randomElement(using: &generator) ?? 0 }
        func stack() -> [StackFrame] {
            (0..<Int.random(in: 0...12, using: &generator)).map { _ in hostileFrame(using: &generator) }
        }
        return CallDetails(
            arguments: (0..<Int.random(in: 0...8, using: &generator)).map { _ in generator.next() },
            descriptors: (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                DescriptorArgument(argument: place(), name: hostileText(using: &generator), device: .max, inode: .max)
            },
            paths: (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                PathArgument(argument: place(), text: hostileText(using: &generator), isCut: Bool.random(using: &generator))
            }, userStack: stack(), kernelStack: stack())
    }

    private static func hostileFrame(using generator: inout SeededGenerator) -> StackFrame {
        func text() -> String? { Bool.random(using: &generator) ? hostileText(using: &generator) : nil }
        let offsets = [0, .max, generator.next(), UInt64.max - 4096, 0x1234]
        return StackFrame(
            function: text(), functionOffset: generator.next(), file: text(), buildID: text(),
            offset: offsets.randomElement(using: &generator) ?? 0)
    }

    /// Empty, long, wide, or full of what terminals and line-based formats act on.
    private static func hostileText(using generator: inout SeededGenerator) -> String {
        let parts = [
            "/usr/lib/", "a", "界", " ", ";", "\n", "\r", "\u{1b}[2J", "\u{9b}", "\u{202e}", "\"", "\\", "{", "} 1 # {", "e\u{301}",
            "\u{10ffff}", "/", "_[k]", "<", "\0",
        ]
        return (0..<Int.random(in: 0...60, using: &generator)).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
    }
}
