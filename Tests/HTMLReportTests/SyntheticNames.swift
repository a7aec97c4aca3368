import Comparison
import ComparisonSupport
import Profile

/// Sides of comparisons that ReportFixtures hasn't.
enum SyntheticNames {
    static func call(_ number: Int32) -> SyntheticBoots.Call { .init(number, 500 + 40 * Double(number)) }

    /// All calls a fifth slower, but for those that are gated.
    static func comparison(of calls: [SyntheticBoots.Call]) throws -> Comparison {
        var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
        (base.calls, new.calls, new.kernel, new.start) = (calls, calls, "6.12.1", 100)
        for call in calls { new.factors[call.number] = 1.2 }
        return try Comparer.compare(base: base.files("a"), new: new.files("b"))
    }

    static func workload(seed: UInt64) -> [ComparedFile] {
        let cases: [SyntheticCases.Case] = [
            .init("open-close", untraced: 2_700, [.init(257, 1_500), .init(3, seed == 1 ? 440 : 1_040)]),
            .init("pipe", untraced: 9_000, [.init(1, 1_900), .init(0, 4_200, .blocked)]),
        ]
        return SyntheticCases(cases, seed: seed, kernel: seed == 1 ? "6.1.0" : "6.12.1").files(seed == 1 ? "a" : "b")
    }
}
