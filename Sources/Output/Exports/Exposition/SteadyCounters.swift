import LatencyHistogram
import SaturatingMath

/// Keeps counters from falling while a capture goes on: Prometheus takes a lower value for a restart, and adds all of it once more.
///
/// What a capture counts doesn't fall, but what it estimates does: where calls are sampled, those that were not measured are shared out
/// among the buckets anew each time. Of such a histogram the total is right at every moment, and its new calls go to the buckets that lack
/// some. A series that was there stays.
///
/// Threading: one thread.
package struct SteadyCounters: Sendable {
    private struct Key: Hashable {
        let family: String
        let labels: [MetricLabel]
    }

    private var known: [Key: MetricValue] = [:]
    /// The labels of each family's series, in the order in which they came.
    private var order: [String: [[MetricLabel]]] = [:]

    package init() {}

    /// Complexity: O(all buckets).
    mutating func raise(_ families: inout [MetricFamily]) {
        for index in families.indices where families[index].kind == .counter || families[index].kind == .histogram {
            raise(&families[index])
        }
    }

    private mutating func raise(_ family: inout MetricFamily) {
        var seen: Set<[MetricLabel]> = []
        for index in family.samples.indices {
            let labels = family.samples[index].labels
            let key = Key(family: family.name, labels: labels)
            seen.insert(labels)
            if let before = known[key] {
                family.samples[index].value = before.raised(to: family.samples[index].value)
            } else {
                order[family.name, default: []].append(labels)
            }
            known[key] = family.samples[index].value
        }
        for labels in order[family.name] ?? [] where !seen.contains(labels) {
            if let value = known[Key(family: family.name, labels: labels)] { family.add(labels, value) }
        }
    }
}

extension MetricValue {
    /// A later value of the same counter, no lower than this one.
    fileprivate func raised(to later: MetricValue) -> MetricValue {
        switch (self, later) {
        case (.count(let before), .count(let now)): .count(max(before, now))
        case (.nanoseconds(let before), .nanoseconds(let now)): .nanoseconds(max(before, now))
        case (.histogram(let before), .histogram(let now)): .histogram(before.raised(to: now))
        default: later
        }
    }
}

extension LatencyHistogram {
    /// This histogram with as many values more as `later` has, in the buckets where it has more than this one.
    func raised(to later: LatencyHistogram) -> LatencyHistogram {
        guard !isPart(of: later) else { return later }
        let added = later.count > count ? later.count - count : 0
        let mine = Dictionary(uniqueKeysWithValues: buckets.map { ($0.index, $0.count) })
        let lacking = later.buckets.map { bucket in
            let known = mine[bucket.index] ?? 0
            return bucket.count > known ? bucket.count - known : 0
        }
        let lackingAbove = later.aboveRange > aboveRange ? later.aboveRange - aboveRange : 0
        let parts = added.apportioned(by: lacking + [lackingAbove])
        var grown = mine
        for (bucket, part) in zip(later.buckets, parts) where part > 0 {
            grown[bucket.index] = (mine[bucket.index] ?? 0).addingSaturating(part)
        }
        return LatencyHistogram(
            buckets: grown.map { Bucket(index: $0.key, count: $0.value) }.sorted { $0.index < $1.index },
            aboveRange: aboveRange.addingSaturating(parts[later.buckets.count]), sum: Swift.max(sum, later.sum),
            min: Swift.min(min, later.min), max: Swift.max(max, later.max))
    }

    /// Whether no bucket has more than that of `other`.
    private func isPart(of other: LatencyHistogram) -> Bool {
        guard sum <= other.sum, aboveRange <= other.aboveRange else { return false }
        var theirs = other.buckets[...]
        return buckets.allSatisfy { bucket in
            while let first = theirs.first, first.index < bucket.index { theirs.removeFirst() }
            return theirs.first.map { $0.index == bucket.index && $0.count >= bucket.count } ?? false
        }
    }
}
