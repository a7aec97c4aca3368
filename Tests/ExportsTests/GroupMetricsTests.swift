import LatencyHistogram
import Profile
import ReportFixtures
import TestSupport
import Testing

@testable import Exports

@Suite struct GroupMetricsTests {
    private static let id = String(repeating: "0123456789abcdef", count: 4)

    @Test(arguments: [
        (
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6f1e27b4_09ab_4c1d_8e2f_0123456789ab.slice/cri-containerd-\(id).scope",
            id, "6f1e27b4-09ab-4c1d-8e2f-0123456789ab"
        ),
        ("/kubepods/besteffort/pod6f1e27b4-09ab-4c1d-8e2f-0123456789ab/\(id)", id, "6f1e27b4-09ab-4c1d-8e2f-0123456789ab"),
        ("/system.slice/docker-\(id).scope", id, ""), ("/docker/\(id)", id, ""), ("/system.slice/nginx.service", "", ""),
        ("/docker/x\(id)", "", ""), ("/docker/\(id.uppercased())", "", ""), ("/pod6f1e27b4-09ab-4c1d-8e2f-0123456789a", "", ""),
        ("", "", ""),
    ]) func `the ids of containers and pods are read from paths of either driver`(path: String, container: String, pod: String) {
        let labels = Dictionary(uniqueKeysWithValues: ContainerLabels.of(path).map { ($0.name, $0.value) })
        #expect(labels["container_id"] ?? "" == container && labels["pod_uid"] ?? "" == pod)
    }

    @Test(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing)))
    func `promtool accepts groups whatever they are called`() throws {
        var totals = GroupTotals()
        totals.distribution = LatencyHistogram(
            buckets: [.init(index: BucketScheme.index(of: 900), count: 3)], aboveRange: 0, sum: 2700, min: 900, max: 900)
        (totals.errors, totals.times) = (1, [.ran: 1800, .blocked: 900])
        let names = ["plain", "a\"b", "a\\b", "a\nb", "{x=\"y\"}", "é\u{202e}", ""]
        let profile = try #require(Fixtures.exports["empty"])
        var exposition = Exposition(profile)
        exposition.add(GroupExposition(label: "comm", groups: names.map { ($0, totals) }))
        let text = String(decoding: exposition.render(.prometheusText), as: UTF8.self)
        try Oracles.promtoolAccepts(text)
        #expect(text.contains("syslat_group_duration_seconds_count{comm=\"plain\"} 3\n"))
        #expect(
            text.contains("syslat_group_call_seconds_total{comm=\"plain\",outcome=\"blocked\"} 9e-07\n")
                || text.contains("0.0000009"))
        #expect(text.ranges(of: "syslat_group_errors_total{comm=").count == names.count)
    }
}
