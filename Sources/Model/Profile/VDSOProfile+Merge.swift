import SaturatingMath
import LatencyHistogram
import SyscallTable

extension VDSOProfile {
    /// Adds what another capture saw of the vDSO: counts add up, estimates with their intervals, and of two measurements of a
    /// function one stands.
    package func merged(with other: VDSOProfile) -> VDSOProfile {
        VDSOProfile(
            functions: VDSOProfile.merged(functions, other.functions),
            entered: (entered + other.entered).merged(by: \.key) { $0.merged(with: $1) },
            served: (served + other.served).merged(by: \.key) { $0.merged(with: $1) },
            vsyscalls: (vsyscalls + other.vsyscalls).merged(by: \.key) {
                var sum = $0
                sum.calls = sum.calls.addingSaturating($1.calls)
                return sum
            }, ticks: ticks.merged(with: other.ticks))
    }

    /// Of two measurements the one that says more stands; of two that say the same, the one in which the vDSO did not serve,
    /// and of two of those the faster: it was disturbed less. So the order of profiles does not matter.
    private static func merged(_ first: [VDSOFunction], _ second: [VDSOFunction]) -> [VDSOFunction] {
        guard first != second else { return first }
        return (first + second).merged(by: \.key) { $1.rank.lexicographicallyPrecedes($0.rank) ? $1 : $0 }
            .sorted { ($0.name, $0.clock?.rawValue ?? -9) < ($1.name, $1.clock?.rawValue ?? -9) }
    }

    /// Whether the self-tests of two captures say that the vDSO served in one of them what it did not serve in the other.
    func contradicts(_ other: VDSOProfile) -> Bool {
        functions.contains { mine in
            guard let served = mine.isServed, let theirs = other.function(mine.name, mine.clock)?.isServed else { return false }
            return served != theirs
        }
    }

    /// Whether one of the figures stands at the largest number.
    var isSaturated: Bool {
        entered.contains { entry in
            entry.distribution.count == .max || entry.distribution.sum == .max
                || entry.processes.contains { process in
                    process.calls == .max || process.totalNanoseconds == .max || process.callers.contains { $0.calls == .max }
                }
        } || served.contains { $0.calls == .max || $0.callsHigh == .max } || vsyscalls.contains { $0.calls == .max }
    }
}

// MARK: What is taken for the same

private struct CallKey: Hashable {
    let name: String
    let clock: ClockID?
}

private struct EntryKey: Hashable {
    let id: SyscallID
    let clock: ClockID?
    let reason: EntryReason
}

/// Processes of several profiles are the same if id and name are; `function` is empty where all of them are meant.
private struct OwnerKey: Hashable {
    let pid: Int32?
    let comm: String
    var function = ""
}

extension VDSOFunction {
    fileprivate var key: CallKey { CallKey(name: name, clock: clock) }

    /// Decides between two measurements, the smaller first.
    fileprivate var rank: [Double] {
        func numbers(_ cost: CallCost?) -> [Double] {
            cost.map { [0, $0.median, $0.lowerQuartile, $0.upperQuartile] } ?? [1, 0, 0, 0]
        }
        let served = isServed.map { $0 ? 1.0 : 0 } ?? 2
        return [served, kernelP50Nanoseconds == nil ? 1 : 0] + numbers(syscall) + numbers(vdso)
            + [Double(kernelP50Nanoseconds ?? 0)]
    }
}

extension VDSOEntry {
    fileprivate var key: EntryKey { EntryKey(id: id, clock: clock, reason: reason) }

    fileprivate func merged(with other: VDSOEntry) -> VDSOEntry {
        var distribution = distribution
        distribution.merge(other.distribution)
        return VDSOEntry(
            id: id, clock: clock, reason: reason, distribution: distribution,
            processes: (processes + other.processes).merged(by: \.key) { $0.merged(with: $1) })
    }
}

extension [VDSOEntry] {
    /// One row for each call, clock and reason.
    package func merged() -> [VDSOEntry] { merged(by: \.key) { $0.merged(with: $1) } }
}

extension VDSOEntryProcess {
    fileprivate var key: OwnerKey { OwnerKey(pid: pid, comm: comm) }

    fileprivate func merged(with other: VDSOEntryProcess) -> VDSOEntryProcess {
        VDSOEntryProcess(
            pid: pid, comm: comm, calls: calls.addingSaturating(other.calls),
            totalNanoseconds: totalNanoseconds.addingSaturating(other.totalNanoseconds),
            callers: (callers + other.callers).merged(by: \.file) {
                CallerFile(file: $0.file, calls: $0.calls.addingSaturating($1.calls))
            })
    }
}

extension VsyscallCount {
    fileprivate var key: OwnerKey { OwnerKey(pid: pid, comm: comm, function: name) }
}

extension ServedEstimate {
    fileprivate var key: OwnerKey { OwnerKey(pid: pid, comm: comm, function: function) }

    /// The estimate of both together, named as this one. Chance works on each alone, so the widths of the two sides of the
    /// interval add up as squares; what is wrong with all samples in the same way stays outside, as it was.
    package func merged(with other: ServedEstimate) -> ServedEstimate {
        func width(_ first: UInt64, _ second: UInt64) -> Double { first > second ? Double(first - second) : 0 }
        func together(_ first: Double, _ second: Double) -> UInt64 {
            UInt64(exactly: (first * first + second * second).squareRoot().rounded()) ?? .max
        }
        let below = together(width(calls, callsLow), width(other.calls, other.callsLow))
        let above = together(width(callsHigh, calls), width(other.callsHigh, other.calls))
        let sum = calls.addingSaturating(other.calls)
        return ServedEstimate(
            pid: pid, comm: comm, function: function, samples: samples.addingSaturating(other.samples), calls: sum,
            callsLow: sum > below ? sum - below : 0, callsHigh: sum.addingSaturating(above))
    }
}

extension VDSOTicks {
    /// What can be said of two captures together: the slower of two rates; estimates of one, where the other has none; why there
    /// are none at all.
    fileprivate func merged(with other: VDSOTicks) -> VDSOTicks {
        switch (self, other) {
        case (.on(let mine), .on(let theirs)): .on(hertz: min(mine, theirs))
        case (.on, _): self
        case (_, .on): other
        case (.unavailable(let mine), .unavailable(let theirs)): .unavailable(min(mine, theirs))
        case (.unavailable, .off): self
        case (.off, _): other
        }
    }

    /// Whether served calls were looked for.
    package var isOn: Bool {
        if case .on = self { true } else { false }
    }
}

extension Sequence {
    /// The elements with those of the same key combined into one, in the order in which the keys come first.
    fileprivate func merged<Key: Hashable>(by key: (Element) -> Key, _ combine: (Element, Element) -> Element) -> [Element] {
        var places: [Key: Int] = [:]
        var merged: [Element] = []
        for element in self {
            let key = key(element)
            if let place = places[key] {
                merged[place] = combine(merged[place], element)
            } else {
                places[key] = merged.count
                merged.append(element)
            }
        }
        return merged
    }
}
