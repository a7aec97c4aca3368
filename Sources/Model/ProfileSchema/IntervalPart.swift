package import Profile
import SaturatingMath

/// A slice of a time series: what it covers, from the start of the capture, and what was in flight at its end.
package struct IntervalPart: Codable {
    private let startNanoseconds, durationNanoseconds: UInt64
    /// Files of older versions lack it.
    private let startedAtNanoseconds: UInt64?
    /// Files of older versions lack them.
    package var inFlight: [InFlightPart]?
    /// Only where there are any.
    private let inFlightOmitted: UInt64?
    /// The start as RFC 3339; in reports only.
    package var startedAt: String?

    enum CodingKeys: String, CodingKey {
        case startNanoseconds = "start_ns"
        case durationNanoseconds = "duration_ns"
        case startedAtNanoseconds = "started_at_ns"
        case startedAt = "started_at"
        case inFlight = "in_flight"
        case inFlightOmitted = "in_flight_omitted"
    }

    package init(_ interval: Interval) {
        (startNanoseconds, durationNanoseconds) = (interval.startNanoseconds, interval.durationNanoseconds)
        startedAtNanoseconds = interval.startedAtNanoseconds
        inFlight = interval.inFlight?.calls.map(InFlightPart.init)
        inFlightOmitted = interval.inFlight.flatMap { $0.omitted > 0 ? $0.omitted : nil }
    }

    /// The interval without its calls. `captureStart` is when the capture began, in nanoseconds since 1970.
    package func decoded(captureStart: UInt64?) throws(ProfileDefect) -> Interval {
        var calls: [InFlightCall] = []
        for part in inFlight ?? [] { calls.append(try part.decoded()) }
        return Interval(
            startNanoseconds: startNanoseconds, durationNanoseconds: durationNanoseconds,
            startedAtNanoseconds: startedAtNanoseconds ?? captureStart.map { $0.addingSaturating(startNanoseconds) }, calls: [],
            inFlight: inFlight.map { _ in CallsInFlight(calls: calls, omitted: inFlightOmitted ?? 0) })
    }
}

/// The end of an interval's lines: how many series it has, and the hash of all lines before this one.
package struct EndIntervalPart: Codable {
    package let series: Int
    package let sha256: String

    package init(series: Int, sha256: String) { (self.series, self.sha256) = (series, sha256) }
}
