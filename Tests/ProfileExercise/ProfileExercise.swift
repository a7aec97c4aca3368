import Presentation
import Comparison
package import Profile
import ProfileFile
import Exports
import HTMLReport
import LatencyHistogram
import TextReport

/// Everything that syslat does with a profile file, done to any bytes. The fuzzer and the replay of its corpus run this.
package enum ProfileExercise {
    /// Something that must hold for every file and doesn't.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads the file that an input stands for, and uses the profile in every way there is. A file that is not a profile gives
    /// the reader's error. Anything else that goes wrong is a ``Failure`` or a trap.
    ///
    /// Deterministic: an input always takes the same path.
    @discardableResult
    package static func run(_ input: [UInt8]) throws -> Profile {
        let profile = try ProfileFileReader.read(FuzzInput.file(input), path: "f.syslat")
        try render(profile)
        try writeAndReadBack(profile)
        let sum = profile.merged(with: profile)
        try render(sum)
        try writeAndReadBack(sum)
        try compare(profile)
        return profile
    }

    private static func render(_ profile: Profile) throws {
        for grouping in Grouping.allCases {
            _ = TextReport.render(profile, options: .init(grouping: grouping, histograms: .all, width: 80))
        }
        _ = TextReport.render(profile, options: .init(sort: .p99, top: 2, color: true, width: 0))
        // Wide enough for every column, with as few rows as possible.
        _ = TextReport.render(profile, options: .init(top: 0, width: 200))
        for interval in profile.intervals { _ = TextReport.render(interval, on: profile.host) }
        var texts = [
            try JSONReport.render(profile, pretty: true), HgrmReport.render(profile), HlogReport.render(profile),
            HlogReport.render(profile, byInterval: true), OpenMetricsReport.render(profile),
            OpenMetricsReport.render(profile, byProcess: true),
        ]
        for (grouping, withBuckets) in Grouping.allCases.flatMap({ [($0, false), ($0, true)] }) {
            texts.append(try JSONReport.render(profile, by: grouping, withBuckets: withBuckets))
            texts.append(CSVReport.render(profile, by: grouping, withBuckets: withBuckets))
        }
        guard texts.allSatisfy({ $0.utf8.last == 0x0a }) else { throw Failure(description: "an export ends without a newline") }
        for format in [ExpositionFormat.protobuf(schema: 5), .prometheusText] {
            _ = Exposition(profile, byProcess: true).render(format, isTimestamped: true)
        }
        _ = FoldedReport.render(profile)
        guard PprofReport.render(profile).starts(with: [0x1f, 0x8b]) else { throw Failure(description: "pprof is no gzip file") }
        for call in profile.slowCalls?.calls ?? [] { _ = call.logLine(on: profile.host) }
        try draw(profile)
    }

    /// As pages, alone and beside each other, and as a plot.
    private static func draw(_ profile: Profile) throws {
        let named = HTMLReport.Named(name: profile.capture.scope, profile: profile)
        for page in [HTMLReport.render(profile), HTMLReport.render(overlaying: [named, named])] { try check(page, "a page") }
        guard let call = profile.calls.first(where: { !$0.distribution.isEmpty }) else { return }
        guard let plot = HTMLReport.plot(call.id.label(on: profile.host), of: profile) else {
            throw Failure(description: "no plot of a call that completed")
        }
        try check(plot, "a plot")
    }

    private static func check(_ markup: [UInt8], _ what: String) throws {
        if let fault = MarkupCheck.fault(in: markup) { throw Failure(description: "\(what) is not well-formed: \(fault)") }
    }

    /// With itself, so nothing but losses could be refused.
    private static func compare(_ profile: Profile) throws {
        let side = [ComparedFile(path: "f.syslat", profile: profile)]
        let options = ComparisonOptions(gate: Measure.allCases, acceptsLosses: true)
        let comparison = try Comparer.compare(base: side, new: side, noise: side, options: options)
        guard comparison.outcome == .inconclusive else { throw Failure(description: "one boot a side gave a verdict") }
        let texts = [
            TextReport.render(comparison), TextReport.render(comparison, color: true, width: 0), MarkdownReport.render(comparison),
            try JSONReport.render(comparison),
        ]
        guard texts.allSatisfy({ $0.utf8.last == 0x0a }) else { throw Failure(description: "a comparison ends without a newline") }
        try check(HTMLReport.render(comparison), "a comparison")
        // A workload, or a capture of no time, has no rates to compare.
        guard profile.workload == nil, profile.capture.durationNanoseconds > 0 else { return }
        let diff = try ProfileDiff(before: side[0], after: side[0])
        try check(HTMLReport.render(diff, arch: profile.host.arch), "a diff")
    }

    private static func writeAndReadBack(_ profile: Profile) throws {
        let bytes = try ProfileFileWriter.text(of: profile)
        let read: Profile
        do {
            read = try ProfileFileReader.read(bytes, path: "f.syslat")
        } catch {
            throw Failure(description: "the file just written can't be read: \(error)")
        }
        guard read == profile else { throw Failure(description: "the profile read is not the one written") }
        guard try ProfileFileWriter.text(of: read) == bytes else {
            throw Failure(description: "writing the same profile gives other bytes")
        }
        guard try ProfileFileReader.read(ProfileFileWriter.text(of: profile, packsSeries: true), path: "f.syslat") == profile else {
            throw Failure(description: "the profile read is not the one written with packed series")
        }
    }
}
