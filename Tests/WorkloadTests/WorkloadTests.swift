import Capture
import CaptureSupport
import Foundation
import LatencyHistogram
import Probes
import Profile
import SyscallTable
import Testing
import Workload

/// The definitions of the cases, before any of them runs.
@Suite struct CaseDefinitionTests {
    @Test func `there are 62 cases, with names and valid calls of their own`() {
        #expect(CaseDefinition.all.count == 62)
        #expect(Set(CaseDefinition.all.map(\.name)).count == CaseDefinition.all.count)
        for definition in CaseDefinition.all {
            #expect(!definition.calls.isEmpty && !definition.summary.isEmpty)
            #expect(definition.calls.allSatisfy { $0.times > 0 && SyscallTable.name(of: $0.id) != nil }, "\(definition.name)")
            #expect(definition.operations(isQuick: true) >= 100)
            // The slices of five runs that count have enough calls for a p99, but of cases that would take minutes for it.
            let operations = definition.operations(isQuick: false)
            #expect([200, 1000].contains(operations) || operations / 10 * 13 >= 5000)
            #expect(definition.operations(isQuick: false) % 10 == 0 && definition.operations(isQuick: true) % 10 == 0)
        }
    }

    @Test func `the long form of a case is longer than the quick one`() {
        for definition in CaseDefinition.all {
            #expect(definition.operations(isQuick: false) > definition.operations(isQuick: true))
        }
    }
}

/// The whole workload on this host, made inside the test process.
@Suite(.serialized, .requiresBPF) struct BenchTests {
    private func bench(_ set: ProgramSet? = nil, _ change: (inout WorkloadOptions) -> Void = { _ in }) throws -> Profile {
        var options = WorkloadOptions()
        (options.runs, options.isQuick, options.programSet) = (1, true, set)
        change(&options)
        return try WorkloadBench(options).run()
    }

    @Test(arguments: ProgramSet.allCases) func `every case makes exactly its calls`(_ set: ProgramSet) throws {
        let profile = try bench(set) { $0.runs = 2 }
        let workload = try #require(profile.workload)
        #expect(workload.id == "syslat-bench" && workload.version == 3 && workload.runs == 2 && workload.isQuick)
        #expect(workload.slices == nil)
        #expect(workload.machine == .host)
        #expect(workload.cases.map(\.name) == CaseDefinition.all.map(\.name))
        var expected = Expected()
        for (entry, definition) in zip(workload.cases, CaseDefinition.all) {
            if case .absent = entry.state, definition.needs != nil { continue }
            #expect(entry.state == .measured, "\(entry.name)")
            #expect(entry.operations == 2 * definition.operations(isQuick: true))
            #expect(entry.syscalls == definition.calls.map(\.name))
            let cost = try #require(entry.untraced)
            #expect(cost.lowerQuartile <= cost.median && cost.median <= cost.upperQuartile && cost.lowerQuartile > 0)
            expected.add(definition, entry)
        }
        expected.check(profile)
    }

    /// Each call of a case has series of its own, and they are all that the case made.
    @Test func `the calls of a case are kept apart`() throws {
        let profile = try bench { $0.patterns = ["open-close", "getdents*", "futex-herd", "signal-thread"] }
        for entry in try #require(profile.workload).cases {
            let definition = try #require(CaseDefinition.all.first { $0.name == entry.name })
            #expect(entry.state == .measured, "\(entry.name)")
            #expect(Set(entry.calls.compactMap { $0.id?.name }) == Set(definition.calls.map(\.name)), "\(entry.name)")
            for call in definition.calls {
                let made = entry.calls.first { $0.id == call.id }?.series.reduce(0) { $0 + $1.calls }
                #expect(made == call.times * entry.operations, "\(entry.name): \(call.name)")
            }
        }
    }

    /// Pairs of threads are on two CPUs, where there are two, and so is the thread of a loop device.
    @Test func `cases that wait for another CPU say so`() throws {
        let profile = try bench { $0.patterns = ["*-ping-pong", "futex-wake", "signal*"] }
        let waiting = try #require(profile.workload).cases.filter(\.waitsForOtherCPU).map(\.name)
        #expect(waiting == (WorkloadBench.cpuCount > 1 ? ["pipe-ping-pong", "futex-ping-pong", "signal-thread"] : []))
    }

    /// In the long form each case comes in turn with the others, ten times a run, and a quarter of its slices count: each has exactly its calls.
    @Test func `the slices that count have exactly their calls`() throws {
        let profile = try bench { ($0.runs, $0.isQuick, $0.patterns) = (2, false, ["null", "futex-ping-pong", "open-close"]) }
        let workload = try #require(profile.workload)
        #expect(workload.slices == WorkloadResult.Slices(made: 20, counted: 5))
        var made: [SyscallID: UInt64] = [:]
        for entry in workload.cases {
            let definition = try #require(CaseDefinition.all.first { $0.name == entry.name })
            let operations = definition.operations(isQuick: false)
            #expect(entry.state == .measured && entry.operations == 5 * operations / 10, "\(entry.name)")
            #expect(entry.untraced != nil, "\(entry.name)")
            for call in definition.calls {
                let counted = entry.calls.first { $0.id == call.id }?.series.reduce(0) { $0 + $1.calls }
                #expect(counted == call.times * entry.operations, "\(entry.name): \(call.name)")
                made[call.id, default: 0] += 2 * operations * call.times
            }
        }
        // The rows of the profile have all slices.
        for (id, calls) in made { #expect(profile.calls.first { $0.id == id }?.calls == calls, "\(id.name)") }
        #expect(profile.balance.closes && profile.balance.lost == 0)
    }

    /// The ext4 of the bench, its mount and its loop device vanish with the bench.
    @Test func `a bench leaves no loop device and no mount behind`() throws {
        func loops() -> Set<String> {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block"))?.filter { $0.hasPrefix("loop") }
            return Set((names ?? []).filter { FileManager.default.fileExists(atPath: "/sys/block/\($0)/loop/backing_file") })
        }
        let (before, mounts) = (loops(), try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8))
        let profile = try bench { $0.patterns = ["*-ext4"] }
        let states = try #require(profile.workload?.cases.map(\.state))
        try #require(states.count == 3)
        // The kernel detaches a device a moment after its last user.
        for _ in 0..<100 where loops() != before { usleep(20_000) }
        #expect(loops() == before)
        #expect(try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8) == mounts)
    }

    @Test func `a selection of cases is a workload of its own`() throws {
        let profile = try bench { $0.patterns = ["read-*", "null"] }
        #expect(profile.workload?.id == "syslat-bench null read-*")
        #expect(profile.workload?.cases.map(\.name) == ["null", "read-1-zero", "read-4k-zero", "read-64k-zero"])
        #expect(profile.calls.map(\.id.name).sorted() == ["getppid", "read"])
        #expect(profile.processes.map(\.comm) == ["syslat-bench"])
    }

    @Test func `a planted slowdown changes no count of calls`() throws {
        for name in CaseDefinition.all.filter(\.canBeSlowed).map(\.name) {
            let profile = try bench {
                $0.patterns = [name]
                $0.slowedCase = name
            }
            #expect(profile.workload?.cases.map(\.state) == [.measured])
        }
        #expect(throws: CaptureError.self) { try bench { $0.slowedCase = "fork" } }
    }

    @Test(arguments: [WorkloadResult.Machine.emulation, .countedEmulation])
    func `a bench under emulation has a warning`(_ machine: WorkloadResult.Machine) throws {
        let profile = try bench {
            $0.patterns = ["null"]
            $0.machine = machine
        }
        #expect(profile.workload?.machine == machine)
        #expect(profile.capture.warnings.contains { $0.contains("say nothing about real hardware") })
        #expect(profile.capture.warnings.contains { $0.contains("instruction executed") } == (machine == .countedEmulation))
    }
}

/// What the profile must add up to.
private struct Expected {
    private var returning: [String: UInt64] = [:]
    private var neverReturning: UInt64 = 0
    private var elastic: Set<String> = []

    mutating func add(_ definition: CaseDefinition, _ entry: WorkloadCase) {
        var (calls, elasticCalls): (UInt64, UInt64) = (0, 0)
        for call in definition.calls {
            let made = call.times * entry.operations
            switch call.ending {
            case .neverReturns: neverReturning += made
            case .mayStayOutside:
                elasticCalls += made
                elastic.insert(call.name)
            default:
                calls += made
                returning[call.name, default: 0] += made
            }
        }
        let recorded = entry.series.reduce(0) { $0 + $1.distribution.count }
        #expect((calls...calls + elasticCalls).contains(recorded), "\(entry.name): \(recorded)")
    }

    func check(_ profile: Profile) {
        for call in profile.calls where !elastic.contains(call.id.name) {
            #expect(call.calls == returning[call.id.name], "\(call.id.name)")
        }
        #expect(Set(profile.calls.map(\.id.name)).isSuperset(of: returning.keys))
        let balance = profile.balance
        #expect(balance.closes && balance.lost == 0 && balance.inFlight == 0, "\(balance)")
        #expect(balance.neverReturned == neverReturning)
        #expect(balance.refused == 0 && balance.beganBefore == 0, "\(balance)")
    }
}

extension SyscallID {
    fileprivate var name: String { SyscallTable.name(of: self) ?? "" }
}
