import Compression
package import Exports
import HTMLReport
import Presentation
package import HTTPService
package import Profile
import ProfileFile
import Synchronization

/// The pages of a capture that goes on: its metrics, its state, and profiles of its last windows.
///
/// Threading: the owner of the capture hands snapshots over, from its thread; a server asks for pages, from another. Neither waits for more
/// than a copy of a value.
package final class CaptureSite: Sendable {
    /// What doesn't change while it serves.
    package struct Facts: Sendable {
        package var version: String
        /// The capabilities that are still held, by name.
        package var capabilities: [String]
        /// Of native histograms.
        package var schema: Int

        package init(version: String, capabilities: [String], schema: Int = ExpositionFormat.defaultSchema) {
            (self.version, self.capabilities, self.schema) = (version, capabilities, schema)
        }
    }

    /// What the owner of the capture hands over.
    private struct Handed: Sendable {
        var windows: KeptWindows
        var process: ServingProcess?
        /// How many snapshots came.
        var number: UInt64 = 0
        /// When the last one came, by the clock of the site.
        var time: UInt64 = 0
    }

    /// What the server has made of the newest snapshot.
    private struct Shown: Sendable {
        var counters = SteadyCounters()
        var exposition: Exposition?
        var number: UInt64 = 0
        var bodies: [BodyKey: [UInt8]] = [:]
        var scrapes: UInt64 = 0
    }

    struct BodyKey: Hashable {
        var format: ExpositionFormat
        var isZipped: Bool
    }

    private let facts: Facts
    /// nil where calls are not grouped.
    private let groups: Mutex<GroupBook?>
    private let now: @Sendable () -> UInt64
    private let handed: Mutex<Handed>
    /// Of the server's thread alone.
    private let shown = Mutex(Shown())

    /// A snapshot that is older tells nothing of now, in nanoseconds.
    private static let staleNanoseconds: UInt64 = 10_000_000_000
    /// Memory for kept windows.
    package static let mostWindowBytes = 8 << 20

    /// - Parameters:
    ///   - keep: how far back windows go, in nanoseconds.
    ///   - groups: by what calls are counted besides; nil for nothing.
    ///   - now: a clock that never jumps, in nanoseconds.
    package init(
        _ facts: Facts, keep: UInt64, mostBytes: Int = CaptureSite.mostWindowBytes, groups: GroupRule? = nil,
        now: @escaping @Sendable () -> UInt64
    ) {
        (self.facts, self.now) = (facts, now)
        self.groups = Mutex(groups.map { GroupBook($0) })
        handed = Mutex(Handed(windows: KeptWindows(keep: keep, mostBytes: mostBytes)))
    }

    /// Takes a snapshot of all since the start.
    package func take(_ profile: Profile, process: ServingProcess?) {
        let time = now()
        if let found = profile.groups {
            let all = profile.capture.sampling == nil ? GroupTotals(of: profile) : nil
            groups.withLock { $0?.take(found, of: all) }
        }
        handed.withLock { handed in
            handed.windows.take(profile)
            (handed.process, handed.time) = (process, time)
            handed.number += 1
        }
    }

    /// Memory that kept windows take.
    var keptBytes: Int { handed.withLock { $0.windows.bytes } }

    // MARK: Pages

    package func respond(_ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/":
            page(request) { HTTPResponse(.ok, "text/html; charset=utf-8", LivePage.page($0, $1), headers: CaptureSite.policy) }
        case "/parts":
            page(request) { HTTPResponse(.ok, "text/html; charset=utf-8", LivePage.parts($0, $1), headers: CaptureSite.policy) }
        case "/live.css": HTTPResponse(.ok, "text/css; charset=utf-8", Array(LivePage.style.utf8))
        case "/live.js": HTTPResponse(.ok, "text/javascript; charset=utf-8", Array(LivePage.script.utf8))
        case "/metrics": metrics(request)
        case "/-/healthy": HTTPResponse(.ok, "syslat is running.")
        case "/-/ready":
            isReady ? HTTPResponse(.ok, "syslat is recording.") : HTTPResponse(.unavailable, "There is no snapshot of now.")
        case "/api/v1/profile": profile(request)
        default: HTTPResponse(.notFound, "There is no such page: / names those that there are.")
        }
    }

    /// What takes too long for the thread that answers `/metrics`, and where news are told: see ``news``.
    package static let routes = HTTPRoutes(slow: ["/", "/parts", "/api/v1/profile"], events: "/events")

    /// What listeners are told after a snapshot: how long the capture takes, in nanoseconds.
    package var news: String { "\(handed.withLock { $0.windows.profile?.capture.durationNanoseconds ?? 0 })" }

    private var isReady: Bool {
        let time = now()
        return handed.withLock { $0.number > 0 && time < $0.time + CaptureSite.staleNanoseconds }
    }

    private static let notYet = HTTPResponse(.unavailable, "The capture has not begun.")

    private static let policy = ["Content-Security-Policy": LivePage.policy]

    private func page(_ request: HTTPRequest, _ render: (LivePage.Content, LiveChoice) -> HTTPResponse) -> HTTPResponse {
        let windows = handed.withLock { $0.windows }
        guard let whole = windows.profile else { return CaptureSite.notYet }
        guard let choice = LiveChoice(request.query, now: whole.capture.durationNanoseconds) else {
            return HTTPResponse(.badRequest, "The address of the page has a part that it doesn't know. Begin at / again.")
        }
        let opened = whole.calls.filter { choice.opened.contains($0.id.label(on: whole.host)) }.map(\.id)
        let stretch = windows.stretch(ofLast: choice.window, until: choice.until) ?? KeptWindows.Stretch(windows: [])
        guard let shown = windows.profile(of: stretch, apart: Set(opened)) else { return CaptureSite.notYet }
        let content = LivePage.Content(stretch: shown, whole: whole, end: stretch.end, facts: facts.lines(on: windows))
        return render(content, choice)
    }

    private func metrics(_ request: HTTPRequest) -> HTTPResponse {
        let format = ExpositionFormat.negotiated(accept: request.accept, schema: facts.schema)
        let key = BodyKey(format: format, isZipped: ContentCoding.acceptsGzip(request.acceptEncoding))
        let newest = handed.withLock { ($0.number, $0.windows.profile, $0.process) }
        guard let profile = newest.1 else { return CaptureSite.notYet }
        let body = shown.withLock { shown -> [UInt8] in
            shown.scrapes += 1
            if shown.number != newest.0 || shown.exposition == nil {
                var exposition = Exposition(profile, process: newest.2)
                exposition.steady(&shown.counters)
                if let groups = groups.withLock({ $0?.scrape() }) { exposition.add(groups) }
                (shown.exposition, shown.number, shown.bodies) = (exposition, newest.0, [:])
            }
            if let body = shown.bodies[key] { return body }
            let text = shown.exposition?.render(format) ?? []
            let body = key.isZipped ? Deflate.gzip(text) : text
            shown.bodies[key] = body
            return body
        }
        var headers = ["Vary": "Accept, Accept-Encoding"]
        if key.isZipped { headers["Content-Encoding"] = "gzip" }
        return HTTPResponse(.ok, format.contentType, body, headers: headers)
    }

    private func profile(_ request: HTTPRequest) -> HTTPResponse {
        func parameter(_ name: String) -> String? { request.query.first { $0.name == name }?.value }
        if request.query.contains(where: { !["window", "until", "format"].contains($0.name) }) {
            return HTTPResponse(.badRequest, "The parameters are window=60s, until=754s, and format=json, syslat or html.")
        }
        let windows = handed.withLock { $0.windows }
        var profile = windows.profile
        let (window, until) = (parameter("window"), parameter("until"))
        if window != nil || until != nil {
            let (length, end) = (window.flatMap(WindowLength.nanoseconds), until.flatMap(WindowLength.nanoseconds))
            guard (length == nil) == (window == nil), (end == nil) == (until == nil) else {
                return HTTPResponse(
                    .badRequest,
                    "window and until are numbers with a unit: window=500ms, 60s, 5m or 1h. until counts from the start.")
            }
            profile = windows.profile(ofLast: length ?? windows.keep, until: end)
        }
        guard let profile else { return CaptureSite.notYet }
        func attached(_ name: String) -> [String: String] { ["Content-Disposition": "attachment; filename=\"\(name)\""] }
        do {
            switch parameter("format") ?? "json" {
            case "json": return HTTPResponse(.ok, "application/json", Array(try JSONReport.render(profile).utf8))
            case "syslat":
                return HTTPResponse(
                    .ok, "application/octet-stream", try ProfileFileWriter.text(of: profile), headers: attached("serve.syslat"))
            case "html":
                return HTTPResponse(.ok, "text/html; charset=utf-8", HTMLReport.render(profile), headers: attached("serve.html"))
            default: return HTTPResponse(.badRequest, "The format is json, syslat or html.")
            }
        } catch { return HTTPResponse(.unavailable, "The profile can't be written.") }
    }
}
