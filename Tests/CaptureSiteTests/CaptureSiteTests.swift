import Exports
import Foundation
import HTTPService
import LatencyHistogram
import Profile
import ProfileFile
import ReportFixtures
import SyscallTable
import Synchronization
import TestSupport
import Testing

@testable import CaptureSite

@Suite struct CaptureSiteTests {
    /// A clock that a test sets.
    private final class TestClock: Sendable {
        private let time = Atomic<UInt64>(1)

        var now: UInt64 {
            get { time.load(ordering: .relaxed) }
            set { time.store(newValue, ordering: .relaxed) }
        }
    }

    private let clock = TestClock()

    private func site(_ profiles: [Profile] = [], capabilities: [String] = []) -> CaptureSite {
        let clock = clock
        let site = CaptureSite(CaptureSite.Facts(version: "0.1.0", capabilities: capabilities), keep: 3_600_000_000_000) {
            clock.now
        }
        for profile in profiles { site.take(profile, process: nil) }
        return site
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    private func typical() throws -> Profile { try #require(Fixtures.exports["typical"]) }

    // MARK: Metrics

    @Test func `each reader gets the format that it likes`() throws {
        let profile = try typical()
        let site = site([profile])
        let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
        for (accept, format) in [
            (nil, ExpositionFormat.prometheusText), ("application/openmetrics-text;version=1.0.0", .openMetrics),
            (protobuf, .protobuf(schema: 5)),
        ] {
            let response = site.respond(HTTPRequest(path: "/metrics", accept: accept))
            #expect(response.status == .ok && response.contentType == format.contentType)
            #expect(response.headers["Vary"] == "Accept, Accept-Encoding" && response.headers["Content-Encoding"] == nil)
            #expect(response.body == Exposition(profile).render(format))
            let zipped = site.respond(HTTPRequest(path: "/metrics", accept: accept, acceptEncoding: "gzip"))
            #expect(zipped.headers["Content-Encoding"] == "gzip")
            let unzipped = try Oracles.gunzip(zipped.body)
            #expect(unzipped == response.body)
        }
    }

    @Test func `a counter of a later snapshot is never lower`() throws {
        var profile = try typical()
        let site = site([profile])
        let before = text(site.respond(HTTPRequest(path: "/metrics")))
        profile.capture.durationNanoseconds += 1_000_000_000
        profile.calls.removeLast(3)
        profile.inFlight = []
        site.take(profile, process: nil)
        let after = text(site.respond(HTTPRequest(path: "/metrics")))
        func values(_ text: String) -> [Substring: Double] {
            Dictionary(
                text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
                    line.lastIndex(of: " ").flatMap { end in
                        Double(line[line.index(after: end)...]).map { (line[..<end], $0) }
                    }
                }
            ) { $1 }
        }
        let (old, new) = (values(before), values(after))
        let counters = old.filter { $0.key.contains("_total") || $0.key.contains("_bucket") || $0.key.contains("_sum") }
        #expect(counters.count > 400)
        for (name, value) in counters { #expect(new[name] ?? -1 >= value, "\(name)") }
        #expect(
            old.keys.contains { $0.hasPrefix("syslat_in_flight_calls{") }
                && !new.keys.contains { $0.hasPrefix("syslat_in_flight_calls{") })
    }

    // MARK: State

    @Test func `it is ready as long as snapshots come`() throws {
        let site = site()
        func status(_ path: String) -> HTTPResponse.Status { site.respond(HTTPRequest(path: path)).status }
        #expect(status("/-/healthy") == .ok && status("/-/ready") == .unavailable)
        for path in ["/", "/metrics", "/api/v1/profile"] { #expect(status(path) == .unavailable) }
        site.take(try typical(), process: nil)
        for path in ["/-/ready", "/", "/metrics", "/api/v1/profile"] { #expect(status(path) == .ok) }
        clock.now += 11_000_000_000
        #expect(status("/-/ready") == .unavailable && status("/-/healthy") == .ok && status("/metrics") == .ok)
        #expect(status("/favicon.ico") == .notFound && status("/metrics/") == .notFound && status("//") == .notFound)
    }

    @Test func `the page names target, balance and capabilities, and no name becomes markup`() throws {
        var profile = try typical()
        profile.capture.scope = "pid 1 <script>alert(1)</script>\u{1b}"
        profile.capture.warnings = ["\"><img src=x>"]
        let response = site([profile], capabilities: ["CAP_BPF"]).respond(HTTPRequest(path: "/"))
        let page = text(response)
        #expect(page.ranges(of: "<script").count == 1 && page.contains("<script src=\"/live.js\" defer=\"\"></script>"))
        #expect(!page.contains("<img") && !page.contains("\u{1b}"))
        #expect(page.contains("pid 1 &lt;script&gt;") && page.contains(">165,427<") && page.contains("CAP_BPF"))
        #expect(response.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
        #expect(page.contains(">epoll_wait</a></th>"))
    }

    @Test func `the page has the rows that its address asks for, and its links keep the rest of it`() throws {
        let site = site([try typical()])
        let request = HTTPRequest(
            path: "/parts", query: [.init("sort", "max"), .init("filter", "WRITE & é"), .init("call", "write"), .init("ago", "")])
        let parts = text(site.respond(request))
        #expect(parts.contains("No call has “WRITE &amp; é” in its name.") && !parts.contains("<html"))
        #expect(parts.contains("?until=") && parts.contains("&amp;sort=max&amp;filter=WRITE%20%26%20%C3%A9&amp;call=write\""))
        let open = text(site.respond(HTTPRequest(path: "/parts", query: [.init("filter", "write"), .init("call", "write")])))
        #expect(
            open.contains("aria-expanded=\"true\"") && open.contains("data-kind=\"curve\"") && !open.contains(">epoll_wait</a>"))
        for (path, type) in [("/live.css", "text/css"), ("/live.js", "text/javascript")] {
            let response = site.respond(HTTPRequest(path: path))
            #expect(response.contentType.hasPrefix(type) && response.body.count > 2000)
        }
    }

    @Test(arguments: [
        [("window", "x")], [("until", "-1s")], [("ago", "soon")], [("sort", "beauty")], [("colour", "red")], [("window", "0s")],
    ]) func `an address of the page that means nothing is refused`(query: [(String, String)]) throws {
        let request = HTTPRequest(path: "/", query: query.map { .init($0.0, $0.1) })
        #expect(site([try typical()]).respond(request).status == .badRequest)
    }

    @Test func `a stretch of the past has the figures that it had when it was new`() throws {
        var profile = try typical()
        let site = site()
        var expected: [String] = []
        for second in 1...8 as ClosedRange<UInt64> {
            profile.capture.durationNanoseconds = second * 1_000_000_000
            if second > 1 { for index in profile.calls.indices { profile.calls[index] = profile.calls[index].doubledOnce } }
            site.take(profile, process: nil)
            let now = HTTPRequest(path: "/api/v1/profile", query: [.init("window", "2s"), .init("format", "syslat")])
            let read = try ProfileFileReader.read(site.respond(now).body, path: "x")
            expected.append(read.calls.map { "\($0.id.number) \($0.calls) \($0.distribution.sum)" }.joined(separator: ","))
        }
        for second in 1...8 {
            let then = HTTPRequest(
                path: "/api/v1/profile", query: [.init("window", "2s"), .init("until", "\(second)s"), .init("format", "syslat")])
            let read = try ProfileFileReader.read(site.respond(then).body, path: "x")
            #expect(
                read.calls.map { "\($0.id.number) \($0.calls) \($0.distribution.sum)" }.joined(separator: ",")
                    == expected[second - 1])
        }
        let page = text(site.respond(HTTPRequest(path: "/api/v1/profile", query: [.init("until", "3s"), .init("format", "html")])))
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("<script>"))
    }

    // MARK: Profiles

    @Test func `the whole profile comes as JSON and as a file`() throws {
        let profile = try typical()
        let site = site([profile])
        let json = try JSONReport.render(profile)
        #expect(text(site.respond(HTTPRequest(path: "/api/v1/profile"))) == json)
        let file = site.respond(HTTPRequest(path: "/api/v1/profile", query: [.init("format", "syslat")]))
        let read = try ProfileFileReader.read(file.body, path: "serve.syslat")
        let bytes = try ProfileFileWriter.text(of: profile)
        #expect(file.body == bytes && read.calls.map(\.id) == profile.calls.map(\.id))
    }

    @Test(arguments: [
        [("window", "")], [("window", "0s")], [("window", "10")], [("window", "-1s")], [("window", "1.5s")],
        [("window", "999999999999h")],
        [("window", "1s"), ("other", "2")], [("format", "pdf")], [("window", "ms")],
    ]) func `a question that makes no sense is refused`(query: [(String, String)]) throws {
        let request = HTTPRequest(path: "/api/v1/profile", query: query.map { .init($0.0, $0.1) })
        #expect(site([try typical()]).respond(request).status == .badRequest)
    }
}

extension CallProfile {
    /// The same with as many calls more as there are in its first bucket, or so.
    fileprivate var doubledOnce: CallProfile {
        var copy = self
        for index in copy.series.indices {
            guard let first = copy.series[index].distribution.buckets.first else { continue }
            var more = HistogramRecorder()
            more.record(BucketScheme.lowerBound(of: first.index))
            copy.series[index].distribution.merge(more.snapshot())
        }
        return copy
    }
}
