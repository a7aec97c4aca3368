import Glibc
import Profile
package import SyscallTable

/// What changed at the boundary that the vDSO saves calls from crossing.
package struct VDSOComparison: Sendable, Hashable {
    /// Functions that are served on another number of boots than before, in order.
    package var served: [ServedChange]
    /// Reasons to enter the kernel that only one side has, in order.
    package var entered: [EntryChange]
    /// What entering and leaving the kernel costs, in nanoseconds: medians over the boots, and how far NEW is from BASE in ln.
    package var baseBoundary, newBoundary: Double?
    package var boundary: ShiftEstimate?

    package var isEmpty: Bool { served.isEmpty && entered.isEmpty && boundary == nil }

    /// Whether the vDSO answered a function without entering the kernel, on some or all boots.
    package struct ServedChange: Sendable, Hashable {
        /// `getrandom`.
        package var function: String
        package var clock: ClockID?
        package var base, new: Share

        package struct Share: Sendable, Hashable {
            /// Files that served it, of those that say whether it is served.
            package var served, known: Int
        }

        /// Whether no file of BASE was served and all of NEW are.
        package var isNowServed: Bool { base.served == 0 && new.served == new.known }
        /// Whether all files of BASE were served and none of NEW is.
        package var isNoLongerServed: Bool { base.served == base.known && new.served == 0 }
    }

    /// Calls that entered the kernel, for a reason that the other side does not have.
    package struct EntryChange: Sendable, Hashable {
        package var function: String
        package var clock: ClockID?
        package var reason: String
        /// Whether it is NEW that has it.
        package var appeared: Bool
    }

    init(_ base: Side, _ new: Side, _ tests: RankTests, alpha: Double) {
        served = VDSOComparison.served(base.profiles, new.profiles)
        entered = VDSOComparison.entered(base.profiles, new.profiles)
        let (mine, theirs) = (base.boots.compactMap(\.boundary), new.boots.compactMap(\.boundary))
        baseBoundary = mine.median.map { exp($0) }
        newBoundary = theirs.median.map { exp($0) }
        let isWhole = mine.count == base.boots.count && theirs.count == new.boots.count
        boundary = isWhole ? tests.shift(Samples(base: mine, new: theirs, isPaired: false), alpha: alpha) : nil
    }

    // MARK: Served functions

    private struct Function: Hashable, Comparable {
        var name: String
        var clock: ClockID?

        static func < (left: Function, right: Function) -> Bool {
            (left.name, left.clock?.rawValue ?? .min) < (right.name, right.clock?.rawValue ?? .min)
        }
    }

    private static func served(_ base: [Profile], _ new: [Profile]) -> [ServedChange] {
        let functions = (base + new).flatMap { profile in
            (profile.vdso?.functions ?? []).map { Function(name: $0.name, clock: $0.clock) }
        }
        return Set(functions).sorted().compactMap { function in
            let (mine, theirs) = (share(function, base), share(function, new))
            guard mine.known > 0, theirs.known > 0 else { return nil }
            // Compared as shares: sides may have different numbers of files.
            guard mine.served * theirs.known != theirs.served * mine.known else { return nil }
            return ServedChange(function: function.name, clock: function.clock, base: mine, new: theirs)
        }
    }

    private static func share(_ function: Function, _ profiles: [Profile]) -> ServedChange.Share {
        let known = profiles.compactMap { isServed(function, $0) }
        return ServedChange.Share(served: known.count { $0 }, known: known.count)
    }

    /// What the self-test saw; where it traced nothing, a vDSO without the function does not serve it.
    private static func isServed(_ function: Function, _ profile: Profile) -> Bool? {
        guard let vdso = profile.vdso else { return nil }
        let tested = vdso.function(function.name, function.clock)
        if let served = tested?.isServed { return served }
        let symbols = profile.host.vdsoSymbols
        // As they stand in the image: `__vdso_getrandom`, on arm64 `__kernel_getrandom`.
        let spellings = ["", "__vdso_", "__kernel_"].map { $0 + function.name }
        return !symbols.isEmpty && !symbols.contains(where: spellings.contains) ? false : nil
    }

    // MARK: Reasons

    private struct Entry: Hashable {
        var function: String
        var clock: ClockID?
        var reason: String

        var order: (String, Int32, String) { (function, clock?.rawValue ?? .min, reason) }
    }

    private static func entered(_ base: [Profile], _ new: [Profile]) -> [EntryChange] {
        // A side whose vDSO wasn't watched has no reasons to compare.
        guard base.contains(where: { $0.vdso != nil }), new.contains(where: { $0.vdso != nil }) else { return [] }
        func entries(_ profiles: [Profile]) -> Set<Entry> {
            Set(
                profiles.flatMap { profile in
                    // A workload goes past the vDSO on purpose, on every kernel.
                    (profile.vdso?.entered ?? []).filter { profile.workload == nil || $0.reason != .bypass }
                        .map { Entry(function: $0.function, clock: $0.clock, reason: $0.reason.name) }
                })
        }
        let (mine, theirs) = (entries(base), entries(new))
        return mine.symmetricDifference(theirs).sorted { $0.order < $1.order }.map { entry in
            EntryChange(
                function: entry.function, clock: entry.clock, reason: entry.reason, appeared: theirs.contains(entry))
        }
    }
}
