import CWorkload
package import SyscallTable

/// One case of the workload: what it does, and which system calls one operation of it makes.
package struct CaseDefinition: Sendable, Hashable {
    /// How a call ends.
    package enum Ending: Sendable, Hashable {
        case succeeds
        /// With an error, as it should.
        case fails
        /// Either way, depending on how two threads meet.
        case mayFail
        /// Its thread ends inside it.
        case neverReturns
        /// If the vDSO serves it, it doesn't enter the kernel.
        case mayStayOutside
    }

    /// A call that each operation makes.
    package struct Call: Sendable, Hashable {
        package var id: SyscallID
        /// In one operation.
        package var times: UInt64
        package var ending: Ending

        /// Its name in the system call table: `getppid`.
        package var name: String { SyscallTable.name(of: id) ?? "call \(id.number)" }
    }

    /// A name that never changes: `read-4k-zero`.
    package var name: String
    /// What one operation does, as a phrase.
    package var summary: String
    /// What it needs that a kernel may lack.
    package var needs: String?
    package var calls: [Call]
    /// Whether more work can be planted in its calls, for tests to find.
    package var canBeSlowed: Bool
    /// Whether its calls wait for what another CPU does, which has to be woken first.
    package var waitsForOthers: Bool
    /// Its index on the C side.
    let index: Int
    private let longOperations: UInt64

    /// How many operations it makes in one run. The quick form is for a first look and for tests: it leaves few calls in the
    /// tails of distributions.
    package func operations(isQuick: Bool) -> UInt64 { isQuick ? max(100, longOperations / 20) : longOperations }

    /// All cases, in the order in which they run.
    package static let all: [CaseDefinition] = (0..<cworkload_case_count()).map { CaseDefinition($0) }

    private init(_ index: Int) {
        // A row of a constant table, whose texts are constant too.
        let row = unsafe cworkload_case_at(index).pointee
        unsafe name = String(cString: row.name)
        unsafe summary = String(cString: row.summary)
        unsafe needs = row.needs.map { unsafe String(cString: $0) }
        unsafe canBeSlowed = row.can_be_slowed != 0
        unsafe waitsForOthers = row.waits_for_others != 0
        unsafe longOperations = UInt64(row.operations)
        let all = unsafe [row.calls.0, row.calls.1, row.calls.2, row.calls.3, row.calls.4, row.calls.5]
        calls = all.filter { $0.times > 0 }.map(Call.init)
        self.index = index
    }
}

extension CaseDefinition.Call {
    fileprivate init(_ call: cworkload_call) {
        self.init(
            id: SyscallID(abi: Architecture.current.nativeABI, number: call.number), times: UInt64(call.times),
            ending: CaseDefinition.Ending(call.ending))
    }
}

extension CaseDefinition.Ending {
    fileprivate init(_ ending: cworkload_ending) {
        self =
            switch ending {
            case CWORKLOAD_FAILS: .fails
            case CWORKLOAD_MAY_FAIL: .mayFail
            case CWORKLOAD_NEVER_RETURNS: .neverReturns
            case CWORKLOAD_MAY_STAY_OUTSIDE: .mayStayOutside
            default: .succeeds
            }
    }
}
