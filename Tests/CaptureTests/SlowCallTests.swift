import CSyslatABI
import Capture
import CaptureSupport
import Foundation
import Linux
import Probes
import Profile
import SyscallTable
import Testing

/// Single calls with their details, of programs whose slow calls are known.
@Suite(.serialized, .requiresBPF) struct SlowCallTests {
    private let read = SyscallID(abi: .nativeABI, number: SyscallTable.number(named: "read", abi: .nativeABI)!)

    @Test func `code that was compiled at run time has its name, and lines of its map that can't be read are counted`() throws {
        let command = try ResolvedCommand([Fixture("compiled_code").path])
        var options = CaptureOptions(target: .command(command, follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(3), stacks: .user)
        let profile = try CaptureSupport.capture(options)
        let sleeps = (profile.slowCalls?.calls ?? []).filter { $0.id.name == "nanosleep" }
        #expect(sleeps.count == 3 && sleeps.allSatisfy { $0.details.userStack.first?.function == "compiled_sleep" }, "\(sleeps)")
        let pid = try #require(sleeps.first?.pid)
        #expect(profile.capture.warnings.contains { $0.contains("3 lines of perf-\(pid).map") }, "\(profile.capture.warnings)")
    }

    @Test(arguments: ProgramSet.allCases, TracepointHooks.Hook.allCases)
    func `exactly the planted reads are the slowest, with file, thread and function`(
        set: ProgramSet, hook: TracepointHooks.Hook
    ) throws {
        let planted = try PlantedReads(.slowest(5), set: set, hook: hook)
        let (profile, folder, account) = (planted.profile, planted.folder, planted.account)
        let slowest = try #require(profile.slowCalls)
        #expect(slowest.unkept == 0)
        let reads = slowest.calls(of: read)
        // Planted are 180, 150, 120, 90 and 60 ms, and a busy machine gives a little more or less. The account has them by their ends.
        let took = try account.map { try #require(UInt64($0[3])) }
        let order = took.indices.sorted { took[$0] > took[$1] }
        #expect(reads.map(\.tid) == order.map { Int32(account[$0][1]) })
        #expect(reads.map { $0.details.descriptors.first?.name } == order.map { String(account[$0][2]) })
        #expect(zip(reads, order).allSatisfy { took[$1] / 2...took[$1] ~= $0.durationNanoseconds })
        #expect(reads.allSatisfy { $0.outcome == .blocked && $0.result == 1 && $0.errno == nil })
        #expect(reads.allSatisfy { $0.details.arguments.count == 6 && $0.details.arguments[2] == 1 })
        #expect(reads.map(\.thread) == order.map { $0 < 3 ? nil : "second" })
        #expect(Set(reads.map { $0.details.descriptors.first?.name }) == ["\(folder)/one", "\(folder)/two"])
        // Classic programs of the raw set have no context that a stack could be taken from.
        let hasStacks = !(set == .raw && hook == .classic)
        #expect(reads.map { $0.details.userStack.first?.function } == order.map { hasStacks ? String(account[$0][0]) : nil })
        if hasStacks { #expect(reads[0].details.userStack.dropFirst().first?.function == "main") }
    }

    @Test func `a program that was executed has its file, since its arguments are gone`() throws {
        let command = try ResolvedCommand(["sh", "-c", "exec /bin/true"])
        var options = CaptureOptions(target: .command(command, follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(5))
        let calls = (try CaptureSupport.capture(options).slowCalls?.calls ?? []).filter { $0.id.name == "execve" }
        let files = calls.sorted { $0.startedAtNanoseconds < $1.startedAtNanoseconds }.map(\.details.descriptors)
        #expect(files.map { $0.map(\.argument) } == [[0], [0]] && calls.allSatisfy(\.details.arguments.isEmpty))
        func file(_ path: String) throws -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        #expect(try files.flatMap { $0.map(\.name) } == [file("/bin/sh"), file("/bin/true")])
    }

    #if arch(x86_64)
    @Test(arguments: ProgramSet.allCases)
    func `the caller of a library function without a frame is in the stack, in every thread`(set: ProgramSet) throws {
        let command = try ResolvedCommand(Fixture.command("leaf_calls", "50"))
        var options = CaptureOptions(target: .command(command, follow: true), programSet: set)
        options.slowCalls = SlowCallOptions(rule: .slowest(200))
        let reads = (try CaptureSupport.capture(options).slowCalls?.calls(of: read) ?? []).filter {
            $0.details.descriptors.first?.name == "/dev/zero"
        }
        #expect(reads.count == 100 && Set(reads.map(\.tid)).count == 2)
        for call in reads {
            let names = call.details.userStack.map(\.function)
            #expect(names.dropFirst().prefix(2) == ["inner_step", "middle_step"], "\(names)")
            #expect(["main", "work"].contains(names.dropFirst(3).first), "\(names)")
            #expect(call.details.userStack.prefix(3).map(\.isDirectCaller) == [false, true, false])
        }
    }
    #endif

    @Test func `calls above a threshold are kept, all of them and no others`() throws {
        let planted = try PlantedReads(
            .slower([SlowThreshold(call: "read", nanoseconds: 100_000_000), SlowThreshold(nanoseconds: 140_000_000)]))
        let (profile, account) = (planted.profile, planted.account)
        let slow = try #require(profile.slowCalls)
        // Three as planted; on a busy machine others take as long.
        #expect(slow.calls(of: read).count == account.filter { UInt64($0[3])! >= 100_000_000 }.count)
        // The threads and the shell wait for each other.
        let others = slow.calls.filter { $0.id != read }
        #expect(!others.isEmpty && others.allSatisfy { $0.durationNanoseconds >= 140_000_000 })
        let histogram = try #require(profile.calls.first { $0.id == others[0].id }).distribution
        #expect(histogram.max >= others[0].durationNanoseconds)
    }

    @Test(arguments: ProgramSet.allCases)
    func `only calls that fit the filter are kept, and the thresholds rise with no others`(set: ProgramSet) throws {
        // The quick reads that succeed would fill the heap.
        let failed = try PlantedReads(.slowest(2), set: set, filter: SlowCallFilter(comm: "slow_*", errnos: [2])).profile
        let missing = try #require(failed.slowCalls).calls
        #expect(!missing.isEmpty && missing.allSatisfy { $0.errno == 2 && $0.comm == "slow_reads" })
        let long = try PlantedReads(.slowest(100), set: set, filter: SlowCallFilter(leastNanoseconds: 40_000_000)).profile
        let slow = try #require(long.slowCalls)
        #expect(slow.calls(of: read).count == 5 && slow.calls.allSatisfy { $0.durationNanoseconds >= 40_000_000 })
        let others = try PlantedReads(.slowest(2), set: set, filter: SlowCallFilter(comm: "other*")).profile
        #expect(others.slowCalls?.calls.isEmpty == true && others.calls.contains { $0.id == read })
    }

    @Test func `only calls of a thread are kept`() throws {
        let program = try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "2000")))
        var options = CaptureOptions(target: .processes([program.pid], follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(3), filter: SlowCallFilter(tids: [program.pid]))
        let profile = try CaptureSupport.capture(options) { program.release() }
        #expect(program.wait() == 0)
        let slow = try #require(profile.slowCalls)
        #expect(!slow.calls.isEmpty && slow.calls.allSatisfy { $0.tid == program.pid })
        options.slowCalls = SlowCallOptions(rule: .slowest(3), filter: SlowCallFilter(tids: [1]))
        let other = try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "2000")))
        options.target = .processes([other.pid], follow: true)
        let none = try CaptureSupport.capture(options) { other.release() }
        #expect(other.wait() == 0 && none.slowCalls?.calls.isEmpty == true)
    }

    @Test func `the slowest calls can be kept anew, and details become as rare as at the beginning`() throws {
        let calls: UInt64 = 2_000_000
        let program = try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "\(calls)")))
        var options = CaptureOptions(target: .processes([program.pid], follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(3), stacks: .none)
        var session = try Session(options)
        try session.start()
        program.release()
        // In the first fifth of its calls, each time when all thresholds stand high.
        for part in 1...4 {
            while session.progress.completed < UInt64(part) * calls / 10 {
                _ = try session.advance(until: Clock.monotonic + 5_000_000)
            }
            try session.keepSlowCallsAnew()
        }
        while try session.advance(until: nil) != .targetEnded {}
        let profile = try session.finish()
        _ = session.detach()
        #expect(program.wait() == 0)
        let slow = try #require(profile.slowCalls)
        let getppid = try #require(profile.calls.first { $0.id.name == "getppid" })
        #expect(getppid.calls == calls && slow.calls(of: getppid.id).count == 3)
        #expect(slow.unkept == 0)
    }

    /// When an execve returns, the program and its stack are new ones: they tell nothing of who executed it.
    @Test(arguments: ProgramSet.allCases) func `an execve has no callers in the program that it begins`(_ set: ProgramSet) throws {
        let command = ["sh", "-c", "/bin/true; /nonexistent/program; exit 0"]
        var options = CaptureOptions(target: .command(try ResolvedCommand(command), follow: true), programSet: set)
        options.slowCalls = SlowCallOptions(rule: .slowest(9), stacks: .user)
        let calls = try #require(try CaptureSupport.capture(options).slowCalls).calls
        let executed = calls.filter { $0.id.name == "execve" && $0.errno == nil }
        #expect(executed.count == 2 && executed.allSatisfy { $0.details.userStack.isEmpty })
        #expect(calls.contains { !$0.details.userStack.isEmpty })
    }

    @Test func `without stacks none is taken, and without slow calls nothing is kept`() throws {
        let profile = try PlantedReads(.slowest(2), stacks: .none).profile
        #expect(profile.slowCalls?.calls.allSatisfy { $0.details.userStack.isEmpty } == true)
        let options = CaptureOptions(target: .command(try ResolvedCommand(["true"]), follow: true))
        #expect(try CaptureSupport.capture(options).slowCalls == nil)
    }

    @Test(arguments: [1, 3, 8]) func `the slowest of every call are those of a full log`(count: Int) throws {
        for _ in 0..<6 {
            let command = try ResolvedCommand(["sh", "-c", "for i in 1 2 3 4 5 6; do ls -lR /etc/ssl >/dev/null; done"])
            let ring = try RecordedRing(of: command, slowCalls: SlowCallOptions(rule: .slowest(count)))
            let expected = ring.durations().mapValues { Array($0.sorted(by: >).prefix(count)) }
            let kept = try #require(ring.profile.slowCalls)
            #expect(kept.unkept == 0)
            let found = Dictionary(grouping: kept.calls, by: \.id).mapValues { $0.map(\.durationNanoseconds) }
            #expect(expected.count > 15 && found == expected)
        }
    }
}

extension RecordedRing {
    /// The duration of every call in the ring.
    fileprivate func durations() -> [SyscallID: [UInt64]] {
        var found: [SyscallID: [UInt64]] = [:]
        func add(_ call: UInt64, _ duration: UInt64) {
            guard !syslat_call_is_request(call), UInt32(syslat_call_outcome(call)) != SYSLAT_AFTER_EXIT.rawValue,
                let abi = ABI(rawValue: syslat_call_abi(call))
            else { return }
            found[SyscallID(abi: abi, number: syslat_call_number(call)), default: []].append(duration)
        }
        var start = 0
        for end in ends {
            bytes[start..<end].withUnsafeBytes { record in
                let header = record.loadUnaligned(as: syslat_record_header.self)
                switch UInt32(header.kind) {
                case SYSLAT_RECORD_BATCH.rawValue:
                    for i in 0..<Int(header.count) {
                        let event = record.loadUnaligned(fromByteOffset: 8 + 16 * i, as: syslat_event.self)
                        add(event.call, event.time >> UInt64(SYSLAT_TGID_BITS))
                    }
                case SYSLAT_RECORD_CALL.rawValue:
                    let call = record.loadUnaligned(as: syslat_single_call.self)
                    add(call.call, call.duration_ns)
                default: break
                }
            }
            start = end
        }
        return found
    }
}

extension ABI {
    fileprivate static let nativeABI = Architecture.current.nativeABI
}
