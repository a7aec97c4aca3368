import CWorkload
package import SyscallTable

/// One case of the workload: what it does, and which system calls one operation of it makes.
package struct CaseDefinition: Sendable, Hashable {
    /// What becomes of a call.
    package enum Ending: Sendable, Hashable {
        case succeeds
        /// With an error, as it should.
        case fails
        /// The one or the other, as two threads happen to meet.
        case mayFail
        /// Its thread ends in it.
        case neverReturns
        /// The vDSO serves it where it can: then it does not enter the kernel.
        case mayStayOutside
    }

    /// A call that each operation makes.
    package struct Call: Sendable, Hashable {
        package var id: SyscallID
        /// In one operation.
        package var times: UInt64
        package var ending: Ending

        /// As the tables have it: `getppid`.
        package var name: String { SyscallTable.name(of: id) ?? "call \(id.number)" }
    }

    /// A name that never changes: `read-4k-zero`.
    package var name: String
    /// What one operation does, as a phrase.
    package var summary: String
    /// What it needs of the kernel that may be missing.
    package var needs: String?
    package var calls: [Call]
    /// Whether more work can be planted in its calls, for tests to find.
    package var canBeSlowed: Bool
    /// Where the C side has it.
    let index: Int
    private let longOperations: UInt64

    /// How often it does its work in one run. The short form is for a look, and for tests: it leaves the tails of distributions
    /// with few calls.
    package func operations(isQuick: Bool) -> UInt64 { isQuick ? max(100, longOperations / 20) : longOperations }

    /// All cases, in the order in which they run.
    package static let all: [CaseDefinition] = (0..<cworkload_case_count()).map { CaseDefinition($0) }

    private init(_ index: Int) {
        // A row of a constant table; so are the texts in it.
        let row = unsafe cworkload_case_at(index).pointee
        unsafe name = String(cString: row.name)
        unsafe summary = String(cString: row.summary)
        unsafe needs = row.needs.map { unsafe String(cString: $0) }
        unsafe canBeSlowed = row.can_be_slowed != 0
        unsafe longOperations = UInt64(row.operations)
        unsafe calls = [row.calls.0, row.calls.1, row.calls.2, row.calls.3].filter { $0.times > 0 }.map(Call.init)
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
