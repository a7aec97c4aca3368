import Profile
import SyscallTable

extension SlowCalls {
    /// - Parameter rule: a random one unless given.
    static func random(rule: Rule? = nil, calls: Int = 12, using random: inout some RandomNumberGenerator) -> SlowCalls {
        SlowCalls(
            rule: rule ?? .random(using: &random), filter: Bool.random(using: &random) ? SlowCallFilter() : .random(using: &random),
            calls: (0..<Int.random(in: 0...calls, using: &random)).map { _ in .random(using: &random) },
            unkept: Bool.random(using: &random) ? 0 : .random(in: 0...1 << 60, using: &random))
    }
}

extension SlowCalls.Rule {
    static func random(using random: inout some RandomNumberGenerator) -> SlowCalls.Rule {
        if Bool.random(using: &random) { return .slowest(.random(in: 1...4, using: &random)) }
        let names: [String?] = [nil, "read", "write", SyscallID.random(using: &random).name, Profile.text(using: &random)]
        return .slower(
            names.shuffled(using: &random).prefix(.random(in: 0...5, using: &random)).map {
                // Of every magnitude.
                SlowThreshold(
                    call: $0,
                    nanoseconds: .random(in: 1 << 41..<1 << 42, using: &random) >> UInt64.random(in: 0...41, using: &random))
            })
    }
}

extension SlowCallFilter {
    static func random(using random: inout some RandomNumberGenerator) -> SlowCallFilter {
        func numbers(_ range: ClosedRange<Int32>) -> [Int32] {
            (0..<Int.random(in: 0...3, using: &random)).map { _ in .random(in: range, using: &random) }
        }
        return SlowCallFilter(
            comm: Bool.random(using: &random) ? Profile.text(using: &random) : nil, tids: numbers(1 ... .max),
            errnos: numbers(1...4095),
            leastNanoseconds: Bool.random(using: &random) ? .random(in: 1..<1 << 42, using: &random) : nil)
    }
}

extension SlowCall {
    static func random(using random: inout some RandomNumberGenerator) -> SlowCall {
        SlowCall(
            id: .random(using: &random), startedAtNanoseconds: .random(in: 0...(.max >> 1), using: &random),
            durationNanoseconds: .random(in: 0...(.max >> 1), using: &random) >> UInt64.random(in: 0...62, using: &random),
            outcome: Outcome.allCases.randomElement(using: &random)!,
            result: [0, -2, -4095, -4096, .min, .max, .random(in: -600...600, using: &random)].randomElement(using: &random)!,
            pid: .random(in: 1 ... .max, using: &random), tid: .random(in: .min ... .max, using: &random),
            comm: Profile.text(using: &random), thread: Bool.random(using: &random) ? Profile.text(using: &random) : nil,
            details: .random(using: &random))
    }
}

extension CallDetails {
    static func random(using random: inout some RandomNumberGenerator) -> CallDetails {
        let count = Int.random(in: 0...3, using: &random)
        return CallDetails(
            arguments: Bool.random(using: &random) ? [] : (0..<6).map { _ in .random(in: 0 ... .max, using: &random) },
            descriptors: (0..<count).map { _ in
                DescriptorArgument(
                    argument: .random(in: 0...5, using: &random), name: Profile.text(using: &random),
                    device: .random(in: 0 ... .max, using: &random), inode: .random(in: 0 ... .max, using: &random))
            },
            paths: (0..<count).map { _ in
                PathArgument(
                    argument: .random(in: 0...5, using: &random), text: Profile.text(using: &random), isCut: .random(using: &random)
                )
            },
            userStack: (0..<[0, 1, 2, 3, 4, 5, 6, 7, 8, CallDetails.mostFrames].randomElement(using: &random)!).map { _ in
                .random(using: &random)
            },
            kernelStack: (0..<count).map { _ in .random(using: &random) },
            sleep: Bool.random(using: &random) ? nil : .random(using: &random))
    }
}

extension CallSleep {
    static func random(using random: inout some RandomNumberGenerator) -> CallSleep {
        let total = UInt64.random(in: 0 ... .max, using: &random)
        return CallSleep(
            count: .random(in: 1 ... .max, using: &random), totalNanoseconds: total,
            longestNanoseconds: .random(in: 0...total, using: &random))
    }
}

extension StackFrame {
    static func random(using random: inout some RandomNumberGenerator) -> StackFrame {
        StackFrame(
            function: Bool.random(using: &random) ? Profile.text(using: &random) : nil,
            functionOffset: Bool.random(using: &random) ? .random(in: 0 ... .max, using: &random) : nil,
            file: Bool.random(using: &random) ? Profile.text(using: &random) : nil,
            buildID: Bool.random(using: &random) ? String(repeating: "0f", count: .random(in: 1...64, using: &random)) : nil,
            offset: .random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0...63, using: &random))
    }
}
