package import Profile
package import SyscallTable

/// What is compared: a system call of a service, a call of a case, or an operation of a case.
package struct Subject: Sendable, Hashable, Comparable {
    package enum Name: Sendable, Hashable {
        case call(SyscallID)
        /// An operation of a case.
        case workloadCase(String)
        case caseCall(CaseCallName)
        /// All calls of a service, by their weights.
        case service
    }

    /// Which calls of it.
    package enum Result: Int, Sendable, Hashable {
        /// No calls: an operation as a whole, untraced.
        case operation
        case ok
        case error
        /// Those that succeeded and those that failed: a fleet's histograms have both.
        case all
    }

    package var name: Name
    package var result: Result

    package init(_ name: Name, _ result: Result) {
        (self.name, self.result) = (name, result)
    }

    package static func < (left: Subject, right: Subject) -> Bool {
        if left.name != right.name { return left.name.precedes(right.name) }
        return left.result.rawValue < right.result.rawValue
    }
}

/// The calls of one kind that a case makes, by how the scheduler treated them: calls that slept and calls that didn't are never pooled.
package struct CaseCallName: Sendable, Hashable {
    package var caseName: String
    /// nil in profiles of syslat 0.1.0, which pooled the calls of a case.
    package var id: SyscallID?
    package var outcome: Outcome

    package init(caseName: String, id: SyscallID?, outcome: Outcome) {
        (self.caseName, self.id, self.outcome) = (caseName, id, outcome)
    }
}

extension Subject.Name {
    /// The case that it belongs to.
    package var caseName: String? {
        switch self {
        case .call, .service: nil
        case .workloadCase(let name): name
        case .caseCall(let call): call.caseName
        }
    }

    /// The call that it is about.
    package var callID: SyscallID? {
        switch self {
        case .call(let id): id
        case .caseCall(let call): call.id
        case .workloadCase, .service: nil
        }
    }

    /// The outcome of its calls, unless they ran.
    var unusualOutcome: String? {
        guard case .caseCall(let call) = self, call.outcome != .ran else { return nil }
        return call.outcome.name
    }

    /// Where it stands: the service, then calls by id, then cases by the bytes of their names, each with its calls after it. Strings in
    /// the order of text leave some that differ equal.
    private var place: (Int, SyscallID, String, Int) {
        let none = SyscallID(abi: .x86_64, number: .min)
        return switch self {
        case .service: (0, none, "", 0)
        case .call(let id): (1, id, "", 0)
        case .workloadCase(let name): (2, none, name, 0)
        case .caseCall(let call): (2, call.id ?? none, call.caseName, 1 + Int(call.outcome.rawValue))
        }
    }

    fileprivate func precedes(_ other: Subject.Name) -> Bool {
        let (mine, theirs) = (place, other.place)
        if mine.0 != theirs.0 { return mine.0 < theirs.0 }
        if mine.2 != theirs.2 { return mine.2.utf8.lexicographicallyPrecedes(theirs.2.utf8) }
        if mine.3 == 0 || theirs.3 == 0 { return mine.3 < theirs.3 || (mine.3 == theirs.3 && mine.1 < theirs.1) }
        return (mine.1, mine.3) < (theirs.1, theirs.3)
    }
}
