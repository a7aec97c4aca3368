import Presentation
import Profile
import ReportFixtures
import Testing

@testable import Exports

/// Names of processes and whatever else a profile quotes can't control a terminal, in no format.
@Suite struct HarmlessTextTests {
    /// The usual fixtures with nasty names everywhere.
    private func nasty(_ name: String) throws -> Profile {
        let hostile = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\r\n=\"1\""
        var profile = try #require(Fixtures.exports[name])
        for index in profile.processes.indices {
            (profile.processes[index].comm, profile.processes[index].title) = (hostile, hostile)
        }
        profile.capture.scope += hostile
        profile.capture.selection = hostile
        profile.capture.command = [hostile]
        profile.capture.notes.append(hostile)
        profile.host.cpuModel += hostile
        profile.tool += hostile
        return profile
    }

    private func expectHarmless(_ text: String, lineEnd: String = "\n", sourceLocation: SourceLocation = #_sourceLocation) {
        let hidden = text.unicodeScalars.filter {
            [.control, .format].contains($0.properties.generalCategory) && !lineEnd.unicodeScalars.contains($0)
        }
        #expect(hidden.isEmpty, sourceLocation: sourceLocation)
        #expect(text.isEmpty || text.hasSuffix(lineEnd), sourceLocation: sourceLocation)
    }

    @Test func `names of threads, files and functions can't control a terminal in JSON`() throws {
        var profile = Fixtures.slowProfile
        let hostile = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\r\n\u{10ffff}"
        profile.inFlight[0].details = CallDetails(
            descriptors: [DescriptorArgument(argument: 0, name: hostile, device: 0, inode: 0)],
            paths: [PathArgument(argument: 0, text: hostile)],
            userStack: [StackFrame(function: hostile, file: hostile, offset: 0)])
        expectHarmless(try JSONReport.render(profile))
        expectHarmless(try JSONReport.render(profile, pretty: true))
    }

    @Test(arguments: Fixtures.exports.keys.sorted()) func `no format lets a name control a terminal`(name: String) throws {
        let profile = try nasty(name)
        expectHarmless(try JSONReport.render(profile, by: .process, withBuckets: true))
        expectHarmless(try JSONReport.render(profile, by: .interval, pretty: true))
        for withBuckets in [false, true] {
            for grouping in [Grouping.call, .process, .interval] {
                expectHarmless(CSVReport.render(profile, by: grouping, withBuckets: withBuckets), lineEnd: "\r\n")
            }
        }
        expectHarmless(OpenMetricsReport.render(profile, byProcess: true))
        expectHarmless(String(decoding: Exposition(profile, byProcess: true).render(.prometheusText), as: UTF8.self))
        expectHarmless(HgrmReport.render(profile))
        expectHarmless(HlogReport.render(profile, byInterval: true))
        expectHarmless(FoldedReport.render(profile))
    }
}
