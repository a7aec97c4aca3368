import Foundation
import LatencyHistogram
import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestPrograms
import TestSupport
import Testing

@testable import Exports

/// The lines of the README that draw a distribution get from `buckets.csv` what the profile has.
@Suite struct PlotTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A line of the README that begins like this.
    private func line(_ beginning: String) throws -> String {
        let readme = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        let line = readme.split(separator: "\n").first { $0.hasPrefix(beginning) }
        return String(try #require(line))
    }

    /// What a line of shell prints in a folder with `buckets.csv`, and other files.
    private func output(of line: String, files: [String: String] = [:], environment: [String: String]) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("syslat-plot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("matplotlib"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(CSVReport.render(Fixtures.typical, withBuckets: true).utf8).write(to: folder.appendingPathComponent("buckets.csv"))
        for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
        let run = try ProgramRun.run(["sh", "-c", line], folder: folder.path, environment: environment)
        #expect(run.status == 0, "\(run.error)")
        return run.output
    }

    /// The buckets of the calls of that name, as the lines draw them.
    private var read: [(from: UInt64, calls: UInt64)] {
        Fixtures.typical.calls.filter { $0.id.name == "read" }.flatMap { call in
            call.distribution.buckets.map { (BucketScheme.lowerBound(of: $0.index), $0.count) }
        }
    }

    /// In place of matplotlib, which tests don't need, stands a module that prints what it gets.
    @Test func `the Python line of the README draws every bucket`() throws {
        let module = """
            import json
            def vlines(x, low, high): print(json.dumps([x, low, high]))
            def xscale(name): print(json.dumps(name))
            def show(): print(json.dumps("shown"))
            """
        let text = try output(
            of: try line("python3 -c"), files: ["matplotlib/pyplot.py": module, "matplotlib/__init__.py": ""],
            environment: ["PYTHONDONTWRITEBYTECODE": "1"])
        let lines = text.split(separator: "\n")
        #expect(lines.dropFirst() == ["\"log\"", "\"shown\""])
        let first = try #require(lines.first)
        let drawn = try JSONDecoder().decode([[UInt64]].self, from: Data(first.utf8))
        #expect(drawn == [read.map(\.from), read.map { _ in 0 }, read.map(\.calls)])
        #expect(read.count > 100)
    }

    private static let hasGnuplot = ["/usr/bin/gnuplot", "/usr/local/bin/gnuplot"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"))
    func `the gnuplot line of the README draws every bucket`() throws {
        // As a table instead of a picture: x, y, and whether the point is inside the picture.
        let line = try line("gnuplot -p").replacingOccurrences(
            of: "set logscale x;", with: "set logscale x; set format '%.0f'; set table;")
        let text = try output(of: line, environment: ["GNUTERM": "dumb"])
        let points = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
            .filter { $0.count == 3 && $0[2] == "i" }
        #expect(points.map { Double($0[0]) } == read.map { Double($0.from) })
        #expect(points.map { Double($0[1]) } == read.map { Double($0.calls) })
    }
}
