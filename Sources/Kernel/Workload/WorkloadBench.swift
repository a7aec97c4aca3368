import CallSelection
package import Capture
import Glibc
import LatencyHistogram
package import Probes
package import Profile
import SyscallTable

/// How to run the workload.
package struct WorkloadOptions: Sendable {
    /// How often to run all cases.
    package var runs = 5
    /// Whether to run the quick form, with fewer operations.
    package var isQuick = false
    /// Patterns for the names of cases; all cases if empty.
    package var patterns: [String] = []
    package var machine = WorkloadResult.Machine.host
    /// A BTF file of the running kernel, for kernels that carry none.
    package var btfPath: String?
    /// For tests: the program set to trace with.
    package var programSet: ProgramSet?
    /// The hook to trace with, whatever the kernel needs.
    package var hook: TracepointHooks.Hook?
    /// For tests: a case to plant more work in.
    package var slowedCase: String?

    package init() {}
}

/// Runs the fixed workload: first each case untraced, then each case traced, on bound CPUs. The order of the cases changes from round to round, and
/// is the same in every bench.
///
/// Their names, with the system calls of one operation, are in cases.c of CWorkload, and `syslat bench --list` shows them.
///
/// The trace must find exactly these calls and no others, or the case has failed.
package struct WorkloadBench: ~Copyable {
    /// The name of the workload, and its version, which is raised whenever the work of a case changes.
    package static let id = "syslat-bench"
    package static let version = 3

    /// What to show to a user who waits.
    package struct Progress: Sendable {
        package var run: Int
        package var runs: Int
        package var isTraced: Bool
        package var name: String
        /// From 0 to 1.
        package var share: Double
    }

    private let options: WorkloadOptions
    /// The CPU that runs the cases, and the CPU that runs their second threads and syslat.
    private let cpu: Int32, otherCPU: Int32
    private let place: Place
    private var measurements: [CaseMeasurement]
    private var worker: Worker
    /// How often a case has been announced.
    private var announced = 0
    private let onProgress: (Progress) -> Void

    /// The number of batches in which a case is timed in each run.
    private static let batches: UInt64 = 10

    /// In how many slices a case is run in each run, in turn with the slices of all other cases. A machine that others use is faster and slower
    /// by turns, of some seconds or less each: in one stretch, a case would have the luck of its turn. An emulated machine counts instructions,
    /// and the quick form is for a first look.
    private var slices: Int { options.isQuick || [.emulation, .countedEmulation].contains(options.machine) ? 1 : 10 }

    /// Chooses the cases and starts the process that runs them.
    ///
    /// Errors: a pattern that matches no case, or work that can't be planted (wrong request); a process that can't be started.
    package init(_ options: WorkloadOptions, onProgress: @escaping (Progress) -> Void = { _ in }) throws(CaptureError) {
        let definitions = try WorkloadBench.chosen(options.patterns)
        if let name = options.slowedCase, !definitions.contains(where: { $0.name == name && $0.canBeSlowed }) {
            throw CaptureError("Nothing can be planted in the case '\(name)'.", kind: .wrongRequest)
        }
        let cpus = Worker.cpus()
        // The first CPU serves most interrupts.
        let (cpu, otherCPU) = (cpus.last ?? 0, cpus.first ?? 0)
        worker = try Worker(cpu: cpu, partner: otherCPU)
        place = Place(on: otherCPU, allowed: cpus)
        (self.cpu, self.otherCPU) = (cpu, otherCPU)
        measurements = definitions.map { CaseMeasurement(definition: $0) }
        self.options = options
        self.onProgress = onProgress
    }

    /// How many CPUs this thread may run on.
    package static var cpuCount: Int { max(1, Worker.cpus().count) }

    private static func chosen(_ patterns: [String]) throws(CaptureError) -> [CaseDefinition] {
        guard !patterns.isEmpty else { return CaseDefinition.all }
        var names: Set<String> = []
        for pattern in patterns {
            let matched = GlobPattern(pattern).map { glob in CaseDefinition.all.map(\.name).filter { glob.matches($0) } } ?? []
            guard !matched.isEmpty else {
                let near = NearestNames.names(near: pattern, among: CaseDefinition.all.map(\.name))
                let hint = near.isEmpty ? "" : " Did you mean \(near.joined(separator: " or "))?"
                throw CaptureError("There is no case '\(pattern)'.\(hint)", kind: .wrongRequest, remedy: .caseList)
            }
            names.formUnion(matched)
        }
        return CaseDefinition.all.filter { names.contains($0.name) }
    }

    /// Runs everything and returns the profile. Cases that can't be measured are in it with the reason.
    ///
    /// Errors: whatever keeps tracing from working, or a signal that asked to end.
    package consuming func run() throws(CaptureError) -> Profile {
        // If tracing is impossible, report it before the user has waited.
        _ = try WindowedCapture(of: worker.pid, btfPath: options.btfPath, programSet: options.programSet, hook: options.hook)
        for round in 0..<options.runs * slices {
            for index in turns(round) where measurements[index].isMeasured { try timeCase(index, round) }
        }
        var capture = try WindowedCapture(
            of: worker.pid, btfPath: options.btfPath, programSet: options.programSet, hook: options.hook)
        for round in 0..<options.runs * slices {
            for index in turns(round) where measurements[index].isMeasured { try traceCase(index, round, &capture) }
        }
        var profile = try capture.finish()
        describe(&profile)
        return profile
    }

    /// The order of the cases in a round: as they are listed in the first, and another in each that follows, the same in every bench. So none
    /// always comes behind the same one.
    private func turns(_ round: Int) -> [Int] {
        var order = Array(measurements.indices)
        guard round > 0 else { return order }
        var state = UInt32(truncatingIfNeeded: round)
        for place in order.indices.dropFirst().reversed() {
            state = state &* 1_664_525 &+ 1_013_904_223
            order.swapAt(place, Int(state >> 8) % (place + 1))
        }
        return order
    }

    private func describe(_ profile: inout Profile) {
        // Some of the cases are a different workload, to be compared only with the same cases.
        let id = ([WorkloadBench.id] + options.patterns.sorted()).joined(separator: " ")
        profile.workload = WorkloadResult(
            id: id, version: WorkloadBench.version, isQuick: options.isQuick, runs: options.runs, machine: options.machine,
            slices: slices > 1 ? WorkloadResult.Slices(made: options.runs * slices, counted: counted) : nil,
            cases: measurements.map { $0.result(counting: counted, hasOtherCPU: cpu != otherCPU) })
        profile.capture.scope = "the workload \(id), version \(WorkloadBench.version)"
        switch options.machine {
        case .host, .kvm: break
        case .emulation:
            profile.capture.warnings.append(
                "This kernel ran on an emulated processor: its nanoseconds say nothing about real hardware.")
        case .countedEmulation:
            profile.capture.warnings.append(
                "This kernel ran on an emulated processor, where a nanosecond is one instruction executed: its times compare "
                    + "how much kernels execute, and say nothing about real hardware.")
        }
        if cpu == otherCPU {
            profile.capture.notes.append("There was only one CPU: threads that wake each other took turns on it.")
        }
    }

    // MARK: One case

    private var limit: Duration { [.host, .kvm].contains(options.machine) ? .seconds(60) : .seconds(600) }

    /// How many slices of each case count: a quarter, those beside which the CPU was fastest. Of slices that all count there are as many as runs.
    private var counted: Int { slices > 1 ? (options.runs * slices + 3) / 4 : options.runs }

    private func order(_ definition: CaseDefinition, isTimed: Bool) -> Worker.Order {
        let batches = isTimed ? max(1, WorkloadBench.batches / UInt64(slices)) : 1
        let operations = definition.operations(isQuick: options.isQuick) / UInt64(slices)
        return Worker.Order(
            definition: definition, warmUp: max(10, operations / 10), operations: operations / batches, batches: Int(batches),
            isTimed: isTimed, isSlowed: options.slowedCase == definition.name)
    }

    private mutating func announce(_ index: Int, _ round: Int, isTraced: Bool) {
        let name = measurements[index].definition.name
        onProgress(
            Progress(
                run: round / slices + 1, runs: options.runs, isTraced: isTraced, name: name,
                share: Double(announced) / Double(2 * options.runs * slices * measurements.count)))
        announced += 1
    }

    private mutating func timeCase(_ index: Int, _ round: Int) throws(CaptureError) {
        announce(index, round, isTraced: false)
        let order = order(measurements[index].definition, isTimed: true)
        var batches: [Double] = []
        worker.prepare(order)
        if hasReached(.ready, within: limit) {
            worker.go()
            if hasReached(.done, within: limit), case .right = worker.verdict {
                batches = (0..<order.batches).map { Double(worker.nanoseconds(ofBatch: $0)) / Double(order.operations) }
            }
        }
        let isReplaced = try settle(index)
        if !isReplaced, !batches.isEmpty { measurements[index].take(batches, beside: worker.referenceNanoseconds) }
    }

    private mutating func traceCase(_ index: Int, _ round: Int, _ capture: inout WindowedCapture) throws(CaptureError) {
        announce(index, round, isTraced: true)
        let order = order(measurements[index].definition, isTimed: false)
        var window: WindowedCapture.Window?
        worker.prepare(order)
        if hasReached(.ready, within: limit) {
            let recorded = try capture.record(within: limit, begin: { worker.go() }, until: { worker.stage == .done })
            if recorded.ending == .over, case .right = worker.verdict { window = recorded }
        }
        let isReplaced = try settle(index)
        if isReplaced { return try capture.retarget(to: worker.pid) }
        if let window {
            measurements[index].take(window, operations: order.operations, beside: worker.referenceNanoseconds)
        }
    }

    /// Waits until the worker has reached a stage; false if it no longer can, or takes too long.
    private func hasReached(_ stage: Worker.Stage, within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            let reached = worker.stage
            if reached == stage { return true }
            // A worker whose preparation failed is waiting again.
            if reached == .waiting || !worker.isAlive || ContinuousClock.now > deadline { return false }
            usleep(100)
        }
    }

    /// Brings the worker back to the stage `waiting`, or replaces it, and notes what went wrong. Returns whether it was replaced.
    @discardableResult
    private mutating func settle(_ index: Int) throws(CaptureError) -> Bool {
        if worker.stage == .done { worker.release() }
        let hasStopped = !hasReached(.waiting, within: .seconds(10))
        measurements[index].note(worker.verdict, hasEnded: !worker.isAlive, hasStopped: hasStopped, limit: limit)
        if hasStopped { worker = try Worker(cpu: cpu, partner: otherCPU) }
        return hasStopped
    }
}
