import Compression
package import Exports
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
    private let now: @Sendable () -> UInt64
    private let handed: Mutex<Handed>
    /// Of the server's thread alone.
    private let shown = Mutex(Shown())

    /// A snapshot that is older tells nothing of now, in nanoseconds.
    private static let staleNanoseconds: UInt64 = 10_000_000_000
    /// Memory for kept windows.
    package static let mostWindowBytes = 24 << 20

    /// - Parameters:
    ///   - keep: how far back windows go, in nanoseconds.
    ///   - now: a clock that never jumps, in nanoseconds.
    package init(_ facts: Facts, keep: UInt64, mostBytes: Int = CaptureSite.mostWindowBytes, now: @escaping @Sendable () -> UInt64)
    {
        (self.facts, self.now) = (facts, now)
        handed = Mutex(Handed(windows: KeptWindows(keep: keep, mostBytes: mostBytes)))
    }

    /// Takes a snapshot of all since the start.
    package func take(_ profile: Profile, process: ServingProcess?) {
        let time = now()
        handed.withLock { handed in
            handed.windows.take(profile)
            (handed.process, handed.time) = (process, time)
            handed.number += 1
        }
    }

    // MARK: Pages

    package func respond(_ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/": page()
        case "/metrics": metrics(request)
        case "/-/healthy": HTTPResponse(.ok, "syslat is running.")
        case "/-/ready":
            isReady ? HTTPResponse(.ok, "syslat is recording.") : HTTPResponse(.unavailable, "There is no snapshot of now.")
        case "/api/v1/profile": profile(request)
        default: HTTPResponse(.notFound, "There is no such page: / names those that there are.")
        }
    }

    private var isReady: Bool {
        let time = now()
        return handed.withLock { $0.number > 0 && time < $0.time + CaptureSite.staleNanoseconds }
    }

    private static let notYet = HTTPResponse(.unavailable, "The capture has not begun.")

    private func page() -> HTTPResponse {
        let (profile, covered, bytes) = handed.withLock { ($0.windows.profile, $0.windows.covered, $0.windows.bytes) }
        guard let profile else { return CaptureSite.notYet }
        let text = StatusPage.render(profile, facts, keptNanoseconds: covered, keptBytes: bytes)
        return HTTPResponse(.ok, "text/html; charset=utf-8", text, headers: StatusPage.headers)
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
        if request.query.contains(where: { !["window", "format"].contains($0.name) }) {
            return HTTPResponse(.badRequest, "The parameters are window=60s and format=json or syslat.")
        }
        let windows = handed.withLock { $0.windows }
        var profile = windows.profile
        if let text = parameter("window") {
            guard let nanoseconds = WindowLength.nanoseconds(text) else {
                return HTTPResponse(.badRequest, "The window is a number with a unit: window=500ms, 60s, 5m or 1h.")
            }
            profile = windows.profile(ofLast: nanoseconds)
        }
        guard let profile else { return CaptureSite.notYet }
        do {
            switch parameter("format") ?? "json" {
            case "json": return HTTPResponse(.ok, "application/json", Array(try JSONReport.render(profile).utf8))
            case "syslat":
                return HTTPResponse(
                    .ok, "application/octet-stream", try ProfileFileWriter.text(of: profile),
                    headers: ["Content-Disposition": "attachment; filename=\"serve.syslat\""])
            default: return HTTPResponse(.badRequest, "The format is json or syslat.")
            }
        } catch { return HTTPResponse(.unavailable, "The profile can't be written.") }
    }
}

/// A length of time as it stands in an address.
enum WindowLength {
    private static let units: [(suffix: String, nanoseconds: UInt64)] = [
        ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// nil of what is no whole number with a unit, of 0, and of more than a year.
    static func nanoseconds(_ text: String) -> UInt64? {
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(digits) else { continue }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: unit.nanoseconds)
            return isTooLarge || product == 0 || product > 31_622_400_000_000_000 ? nil : product
        }
        return nil
    }
}
