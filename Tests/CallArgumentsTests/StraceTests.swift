import SyscallTable
import TestSupport
import Testing

@testable import CallArguments

/// strace as the oracle: it gets the same registers and writes the same arguments. Addresses lead nowhere, so it can't show memory.
@Suite(.enabled(if: StraceRun.isPossible, "needs strace, clang and a kernel for x86_64 and ia32")) struct StraceTests {
    /// Calls of which strace shows memory, or another call, instead of the registers.
    private static let shownOtherwise: Set = [
        "execve", "exit", "exit_group", "rt_sigreturn", "sigreturn", "restart_syscall", "ipc", "rseq", "sigsuspend", "ssetmask",
        "vm86",
    ]
    /// Calls of which strace leaves out what isn't used, or tells more of it: how many arguments are the same.
    private static let leading: [String: Int] = [
        "ioctl": 2, "membarrier": 2, "ptrace": 1, "quotactl": 1, "quotactl_fd": 2, "readdir": 2, "reboot": 3, "socketpair": 2,
        "syslog": 0, "sysfs": 0,
    ]

    @Test(arguments: [ABI.x86_64, .ia32, .x32])
    func `the arguments are those that strace writes`(abi: ABI) throws {
        var random = RandomRegisters(generator: SeededGenerator.fromEnvironment())
        let known = SyscallTable.allCalls(abi: abi).filter { CallSignature.of($0) != nil && !Self.shownOtherwise.contains($0.name) }
        let calls = known.flatMap { call in
            (0..<rounds(40)).map { _ in
                ObservedCall(call: call, registers: random.registers(of: call), result: .error(1))
            }
        }
        let lines = try StraceRun.lines(of: calls, injecting: "error=EPERM")
        var compared: Set<String> = []
        // Calls that are newer than this strace are numbers to it.
        for (call, line) in zip(calls, lines) where !line.name.hasPrefix("syscall_0x") {
            compared.insert(call.name)
            let isSame = agrees(call, line)
            #expect(isSame, "\(call.registers): \(call.text), not \(line)")
        }
        #expect(compared.count > 300)
    }

    @Test(arguments: [ABI.x86_64, .ia32, .x32])
    func `the results are those that strace writes`(abi: ABI) throws {
        var random = RandomRegisters(generator: SeededGenerator.fromEnvironment())
        // Results of the others are sets, dates, or bits of which there is no table.
        let others: Set = [
            "ioprio_get", "personality", "adjtimex", "clock_adjtime", "clock_adjtime64", "keyctl", "ptrace", "prctl", "arch_prctl",
            "fork",
            "membarrier", "vfork", "clone", "clone3", "time", "stime", "signal", "sgetmask",
        ]
        let known = SyscallTable.allCalls(abi: abi).filter {
            CallSignature.of($0) != nil && !Self.shownOtherwise.contains($0.name) && !others.contains($0.name)
        }
        for value in [Int64(0), 1, 18, 0x8002] {
            let calls = known.flatMap { call in
                (0..<rounds(16)).map { _ in
                    ObservedCall(call: call, registers: random.registers(of: call), result: .value(value))
                }
            }
            let lines = try StraceRun.lines(of: calls, injecting: "retval=\(value)")
            for (call, line) in zip(calls, lines) where !line.name.hasPrefix("syscall_0x") {
                // strace names the ready descriptors.
                let isReady = CallSignature.of(call.call)?.result == .ready && value > 0
                let theirs = isReady ? String(line.result.prefix { $0 != " " }) : line.result
                #expect(call.resultText == theirs, "\(call.text), not \(line)")
            }
        }
    }

    /// Of ASCII only: others can be seen as they are, and strace escapes them all.
    @Test func `paths are escaped as strace escapes them`() throws {
        var generator = SeededGenerator.fromEnvironment()
        let open = SyscallID(abi: .x86_64, number: 2)
        let calls = (0..<rounds(400)).map { _ in
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                // Mostly what is escaped, and digits, which decide how.
                let digit = UInt8.random(in: 0x30...0x39, using: &generator)
                return [UInt8.random(in: 1...31, using: &generator), .random(in: 1...127, using: &generator), digit, 0x22, 0x5c][
                    Int.random(in: 0...4, using: &generator)]
            }
            return ObservedCall(
                call: open, registers: [1], strings: [0: CapturedString(bytes: bytes, isCut: false)], result: .error(1))
        }
        for (call, line) in zip(calls, try StraceRun.lines(of: calls, injecting: "error=EPERM")) {
            #expect(call.argumentsText == line.arguments.joined(separator: ", "))
        }
    }

    private func agrees(_ call: ObservedCall, _ line: StraceRun.Line) -> Bool {
        guard call.name == line.name, call.resultText == line.result else { return false }
        let writer = ArgumentText(call)
        let parameters = writer.parameters
        let count = sameArguments(call, writer, line) ?? parameters.count
        guard line.arguments.count == parameters.count || count < parameters.count else { return false }
        return zip(parameters, line.arguments).prefix(count).allSatisfy { parameter, theirs in
            agrees(parameter, writer, theirs: theirs)
        }
    }

    /// How many of the leading arguments must be the same; nil for all.
    private func sameArguments(_ call: ObservedCall, _ writer: ArgumentText, _ line: StraceRun.Line) -> Int? {
        if let count = Self.leading[call.name] { return count }
        guard let last = CallSignature.of(call.call)?.parameters.last, case .command(let command) = last.kind else { return nil }
        // Commands of which strace tells more, and those that it doesn't know.
        let table = writer.table(command.table)
        let option = table.text(of: writer.value32(last.register))
        let isOther = SignatureBook.of(call.call.abi).following["\(command.rawValue).\(option)"] == nil
        let isListed = [.keyctl, .prctl].contains(command) && (isOther || Self.toldMore.contains(option))
        let position = CallSignature.of(call.call)?.parameters.count ?? 0
        let isUnknown = line.arguments.indices.contains(position - 1) && line.arguments[position - 1].hasPrefix("0x")
        return isListed || isUnknown ? position : nil
    }

    /// Options whose value has names that aren't in the tables.
    private static let toldMore: Set = [
        "PR_SET_DUMPABLE", "PR_SET_FP_MODE", "PR_SET_TIMING", "PR_SET_SECCOMP", "PR_SET_ENDIAN", "PR_SET_TSC", "PR_SET_UNALIGN",
        "KEYCTL_SETPERM",
    ]

    private func agrees(_ parameter: Parameter, _ writer: ArgumentText, theirs: String) -> Bool {
        let ours = writer.text(of: parameter)
        var theirs = theirs
        if let label = parameter.label {
            guard theirs.hasPrefix(label + "=") else { return false }
            theirs = String(theirs.dropFirst(label.count + 1))
        }
        if ours == theirs { return true }
        switch parameter.kind {
        case .pointer, .string:
            // An empty array or string, whose memory is not read; and 0 where strace doesn't take it for an address.
            return ["\"\"", "[]"].contains(theirs) || (ours == "NULL" && ["0", "SIG_DFL"].contains(theirs))
        case .protocolNumber, .socketOption:
            // strace knows other families and options than the tables have.
            return Numbers.parsed(ours[...]) != nil || Numbers.parsed(theirs[...]) == writer.value32(parameter.register)
                || (ours.hasPrefix("htons(") && theirs.hasPrefix("htons("))
        case .command(.ioctl):
            // Commands of several drivers can have one number; those of 64-bit programs have no name in 32-bit ones.
            return theirs.split(separator: " or ").contains(ours[...])
                || theirs == IoctlCommand(writer.value32(parameter.register)).parts
        case .longHex:
            return ours == "0" && theirs == "NULL"
        default:
            return areSameFlags(ours, theirs, parameter.kind.table.map(writer.table) ?? .empty)
        }
    }

    /// Whether two texts name the same flags, but that strace may know fewer names: what it has in hexadecimal must be what our
    /// other names stand for.
    private func areSameFlags(_ ours: String, _ theirs: String, _ table: ValueTable) -> Bool {
        // The same values under the names of libc, or of another parameter.
        let aliases = [
            "WSTOPPED": "WUNTRACED", "FAN_NOFD": "-1", "PTRACE_PEEKUSER": "PTRACE_PEEKUSR", "PTRACE_POKEUSER": "PTRACE_POKEUSR",
        ]
        let ourWords = Set(ours.split(separator: "|").map(String.init))
        let theirWords = Set(theirs.split(separator: "|").map { aliases[String($0)] ?? String($0) })
        let missing = ourWords.subtracting(theirWords).map { word in
            Numbers.parsed(word[...]) ?? table.entries.first { $0.name == word }?.value
        }
        let rest = theirWords.subtracting(ourWords).map { Numbers.parsed($0[...]) }
        guard !missing.contains(nil), !rest.contains(nil) else { return false }
        return missing.compactMap(\.self).reduce(0, |) == rest.compactMap(\.self).reduce(0, |)
    }
}
