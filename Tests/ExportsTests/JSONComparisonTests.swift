import Comparison
import ReportFixtures
import TestSupport
import Testing

@testable import Exports

@Suite struct JSONComparisonTests {
    @Test(arguments: ["regressed", "nothing"]) func `the JSON comparison matches its snapshot`(name: String) throws {
        var comparison = try Comparisons.comparison(name)
        // Two subjects have every kind of part.
        comparison.subjects = Array(comparison.subjects.prefix(2))
        comparison.others = Array(comparison.others.prefix(2))
        comparison.gated = Array(comparison.gated.prefix(4))
        let text = try JSONReport.render(comparison, pretty: true)
        #expect(text == (try JSONReport.render(comparison, pretty: true)))
        // The last digits of a logarithm may differ with another libm.
        let rounded = text.replacing(/\d+\.\d+/) { number in
            "\(((Double(number.output) ?? .nan) * 1e6).rounded() / 1e6)"
        }
        try Snapshot().verify(rounded, is: "compare-\(name).json")
    }

    @Test func `the JSON diff matches its snapshot`() throws {
        var diff = try Diffs.diff("typical")
        diff.rows = Array(diff.rows.prefix(3))
        try Snapshot().verify(try JSONReport.render(diff, arch: "x86_64", pretty: true), is: "diff.json")
    }

    @Test func `the order of files doesn't change the JSON`() throws {
        var random = SeededGenerator.fromEnvironment()
        let sides = Comparisons.sides(factors: [257: 1.23])
        let first = try JSONReport.render(try Comparer.compare(base: sides.base, new: sides.new))
        let other = try Comparer.compare(base: sides.base.shuffled(using: &random), new: sides.new.shuffled(using: &random))
        #expect(try JSONReport.render(other) == first)
    }
}
