package import SyscallTable

/// What is compared: a system call, or a case of a workload, that succeeded or failed.
package struct Subject: Sendable, Hashable, Comparable {
    package enum Name: Sendable, Hashable {
        case call(SyscallID)
        case workloadCase(String)
    }

    /// Which calls of it.
    package enum Result: Int, Sendable, Hashable {
        /// No calls: an operation as a whole, untraced.
        case operation
        case ok
        case error
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

extension Subject.Name {
    fileprivate func precedes(_ other: Subject.Name) -> Bool {
        switch (self, other) {
        case (.call(let mine), .call(let theirs)): mine < theirs
        // By bytes: the order of strings as text leaves some that differ equal.
        case (.workloadCase(let mine), .workloadCase(let theirs)): mine.utf8.lexicographicallyPrecedes(theirs.utf8)
        case (.call, .workloadCase): true
        case (.workloadCase, .call): false
        }
    }
}
