package import LatencyHistogram
package import Profile

/// The calls of one group, as metrics have them.
package struct GroupTotals: Sendable, Hashable {
    /// Of all its calls.
    package var distribution = LatencyHistogram()
    package var errors: UInt64 = 0
    /// Nanoseconds by outcome.
    package var times: [Outcome: UInt64] = [:]

    package init() {}
}

/// Calls by what they have in common.
package struct GroupExposition: Sendable {
    /// The label that has the name of a group: `cgroup`.
    package var label: String
    /// By name, in the order in which they are shown.
    package var groups: [(name: String, totals: GroupTotals)]

    package init(label: String, groups: [(name: String, totals: GroupTotals)]) { (self.label, self.groups) = (label, groups) }
}

enum GroupMetrics {
    static func families(_ exposition: GroupExposition) -> [MetricFamily] {
        var durations = MetricFamily(
            "syslat_group_duration_seconds", .histogram, unit: "seconds",
            help: "Latency of completed system calls of a group, all calls together.")
        var errors = MetricFamily(
            "syslat_group_errors", .counter, help: "Completed system calls of a group that returned an error.")
        var times = MetricFamily(
            "syslat_group_call_seconds", .counter, unit: "seconds", help: "Time in completed system calls of a group, by outcome.")
        for (name, totals) in exposition.groups {
            let labels = [MetricLabel(exposition.label, name)] + ContainerLabels.of(exposition.label == "cgroup" ? name : "")
            if !totals.distribution.isEmpty { durations.add(labels, .histogram(totals.distribution)) }
            errors.add(labels, totals.errors)
            for outcome in Outcome.allCases {
                if let time = totals.times[outcome] {
                    times.add(labels + [MetricLabel("outcome", outcome.name)], .nanoseconds(time))
                }
            }
        }
        return [durations, errors, times]
    }
}

/// What a container engine or Kubernetes wrote into the path of a cgroup. kube_pod_container_info and kube_pod_info have the same ids, so that
/// a query joins the names of pods.
enum ContainerLabels {
    private static let idLength = 64
    private static let uidLength = 36

    static func of(_ path: String) -> [MetricLabel] {
        var labels: [MetricLabel] = []
        let parts = path.split(separator: "/")
        if let id = parts.reversed().lazy.compactMap(containerID).first { labels.append(MetricLabel("container_id", id)) }
        if let uid = parts.lazy.compactMap(podUID).first { labels.append(MetricLabel("pod_uid", uid)) }
        return labels
    }

    /// `cri-containerd-<64 hex digits>.scope`, `docker-….scope`, or the digits alone.
    private static func containerID(_ part: Substring) -> String? {
        let name = part.hasSuffix(".scope") ? part.dropLast(6) : part
        let id = name.suffix(idLength)
        guard id.utf8.count == idLength, id.utf8.allSatisfy(isHexadecimal) else { return nil }
        guard name.count == idLength || name.dropLast(idLength).hasSuffix("-") else { return nil }
        return String(id)
    }

    /// `kubepods-burstable-pod<uid>.slice`, with underscores for hyphens, or `pod<uid>`.
    private static func podUID(_ part: Substring) -> String? {
        let name = part.hasSuffix(".slice") ? part.dropLast(6) : part
        let uid = name.suffix(uidLength)
        guard uid.utf8.count == uidLength, name.dropLast(uidLength).hasSuffix("pod") else { return nil }
        let hyphenated = String(uid.map { $0 == "_" ? "-" : $0 })
        let isUID = hyphenated.utf8.enumerated().allSatisfy { place, byte in
            [8, 13, 18, 23].contains(place) ? byte == UInt8(ascii: "-") : isHexadecimal(byte)
        }
        return isUID ? hyphenated : nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
