package import Comparison
import ComparisonSupport
import SyscallTable

/// Diffs of made-up profiles, by name: one for everything that a report may have to say about them.
package enum Diffs {
    private static let before = SyntheticService([
        .init(232, 900_000, calls: 1_000, blocked: 990), .init(0, 1_200, calls: 10_000, errors: 120), .init(1, 2_000, calls: 5_000),
        .init(202, 50_000, calls: 1_000, blocked: 900), .init(3, 300, calls: 2_000), .init(39, 180, calls: 40),
    ])

    private static var after: SyntheticService {
        var service = before
        service.start = 3_600
        service.calls = [
            .init(232, 860_000, calls: 1_010, blocked: 990), .init(0, 1_210, calls: 10_100, errors: 460),
            .init(1, 2_050, calls: 10_400),
            .init(202, 90_000, calls: 1_000, blocked: 950), .init(74, 1_100_000, calls: 25, blocked: 25),
            .init(3, 300, calls: 2_000),
        ]
        return service
    }

    package static let names = ["typical", "no-intervals", "kernels", "nothing"]

    package static func diff(_ name: String) throws -> ProfileDiff {
        var (first, second) = (before, after)
        switch name {
        case "no-intervals": (first.hasIntervals, second.hasIntervals) = (false, false)
        case "kernels": (second.kernel, second.boot) = ("6.18.5-cloud-amd64", "two")
        case "nothing": (first.calls, second.calls) = ([], [])
        default: break
        }
        return try ProfileDiff(before: first.file("monday.syslat"), after: second.file("tuesday|<b>.syslat"))
    }
}
