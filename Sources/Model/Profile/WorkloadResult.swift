package import SyscallTable

/// What a fixed workload came to, for comparing kernels: `syslat bench`.
package struct WorkloadResult: Sendable, Hashable {
    /// The name of the workload.
    package var id: String
    /// Raised whenever the work of a case changes: results of different versions can't be compared.
    package var version: Int
    /// The short form, with fewer calls: not comparable with the long one.
    package var isQuick: Bool
    /// How often the whole workload was run in this boot; the figures are of all runs together.
    package var runs: Int
    /// What the kernel ran on.
    package var machine: Machine
    /// In how many slices each case was run, in turn with all others; nil where every run is one, and all count.
    package var slices: Slices?
    /// In the order in which they are listed.
    package var cases: [WorkloadCase]

    /// How many slices were made of each case, and how many of these count: those beside which a loop in user space ran fastest.
    package struct Slices: Sendable, Hashable {
        package var made, counted: Int

        package init(made: Int, counted: Int) { (self.made, self.counted) = (made, counted) }
    }

    /// What a kernel runs on. Nanoseconds of different ones can't be compared, and those of an emulation say nothing about any
    /// hardware.
    package enum Machine: String, Sendable, Hashable, CaseIterable {
        /// This very host.
        case host
        /// A virtual machine whose instructions the processor executes.
        case kvm
        /// A virtual machine whose instructions a program interprets (QEMU's TCG), timed by the clock of its host.
        case emulation
        /// The same, but its clock advances by a nanosecond with each instruction: times are counts of instructions.
        case countedEmulation = "counted-emulation"
    }

    package init(
        id: String, version: Int, isQuick: Bool, runs: Int, machine: Machine, slices: Slices? = nil, cases: [WorkloadCase]
    ) {
        self.id = id
        self.version = version
        self.isQuick = isQuick
        self.runs = runs
        self.machine = machine
        self.slices = slices
        self.cases = cases
    }
}

/// One case of a workload.
package struct WorkloadCase: Sendable, Hashable {
    /// A name that never changes: `read-4k-zero`.
    package var name: String
    /// What became of it.
    package var state: State
    /// The system calls that it is about, by name, without those of its set-up.
    package var syscalls: [String]
    /// How often it did its work while it was traced, in the slices that count; each time makes a known number of calls.
    package var operations: UInt64
    /// Whether its calls waited for another CPU, which had to be woken first: how long that takes is more the doing of the processor and of
    /// the hypervisor than of the kernel.
    package var waitsForOtherCPU: Bool
    /// What one operation takes as the program sees it, while nothing is traced.
    package var untraced: CallCost?
    /// The calls of ``syscalls`` while it was traced, in the order of their ids.
    package var calls: [CaseCall]

    package enum State: Sendable, Hashable {
        case measured
        /// The kernel lacks what it takes: a phrase says what.
        case absent(String)
        /// It found that its own result was wrong, or that calls were missing: a sentence says which.
        case failed(String)
    }

    package init(
        name: String, state: State, syscalls: [String], operations: UInt64, waitsForOtherCPU: Bool = false, untraced: CallCost? = nil,
        calls: [CaseCall] = []
    ) {
        self.name = name
        self.state = state
        self.syscalls = syscalls
        self.operations = operations
        self.waitsForOtherCPU = waitsForOtherCPU
        self.untraced = untraced
        self.calls = calls.inOrder
    }

    /// The series of all calls together.
    package var series: [Series] { calls.reduce(into: []) { $0 = $0.merged(with: $1.series) } }
}

/// One call of a case, by how it ended.
package struct CaseCall: Sendable, Hashable {
    /// nil in profiles of syslat 0.1.0, which pooled the calls of a case.
    package var id: SyscallID?
    /// At most one for each outcome and result.
    package var series: [Series]

    package init(_ id: SyscallID?, _ series: [Series]) { (self.id, self.series) = (id, series.inOrder) }
}

extension [CaseCall] {
    /// Those without an id first.
    var inOrder: [CaseCall] {
        sorted { first, second in
            guard let mine = first.id, let theirs = second.id else { return first.id == nil && second.id != nil }
            return mine < theirs
        }
    }

    /// Adds calls of the same case.
    package func merged(with others: [CaseCall]) -> [CaseCall] {
        var merged = self
        for addition in others {
            if let place = merged.firstIndex(where: { $0.id == addition.id }) {
                merged[place].series = merged[place].series.merged(with: addition.series)
            } else {
                merged.append(addition)
            }
        }
        return merged.inOrder
    }
}
