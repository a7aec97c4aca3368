import LatencyHistogram
package import Profile
package import SyscallTable

/// Of which call a packed series is, and how its calls ended: said once in a file, and referred to by its place.
package struct SeriesNamePart: Codable {
    private let call: CallPart
    private let end: EndPart

    package init(_ name: SeriesName) { (call, end) = (CallPart(name.id), EndPart(name.outcome, failed: name.failed)) }

    package init(from decoder: any Decoder) throws {
        (call, end) = (try CallPart(from: decoder), try EndPart(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        try end.encode(to: encoder)
    }

    package func decoded() throws(ProfileDefect) -> SeriesName {
        let (outcome, failed) = try end.decoded()
        return SeriesName(id: try call.decoded(), outcome: outcome, failed: failed)
    }
}

/// What tells a series from the others of a capture.
package struct SeriesName: Hashable, Sendable {
    package let id: SyscallID
    package let outcome: Outcome
    package let failed: Bool

    package init(id: SyscallID, outcome: Outcome, failed: Bool) { (self.id, self.outcome, self.failed) = (id, outcome, failed) }
}

/// A series in a fraction of the room that ``SeriesPart`` takes: an array of the place of its name, sum, minimum and maximum in
/// nanoseconds, and its buckets as ``PackedBuckets``. Behind them stand what is seldom there: calls above the range, inferred calls and
/// unrepresented ones; what is 0 to the end is left out.
package struct PackedSeriesPart: Decodable {
    private let name: UInt64
    private let sum, min, max: UInt64
    private let buckets: String
    private let aboveRange, inferred, unrepresented: UInt64

    /// Longer lines than readers take can't come about with that many series in each.
    package static let mostInLine = 128

    /// - Parameter name: where its name is among those of the file, from 0.
    package init(_ series: Series, name: Int) {
        let distribution = series.distribution
        self.name = UInt64(name)
        (sum, min, max) = (distribution.sum, distribution.min, distribution.max)
        buckets = PackedBuckets.text(of: distribution.buckets)
        (aboveRange, unrepresented) = (distribution.aboveRange, series.unrepresented)
        inferred = Swift.min(series.inferred, distribution.count)
    }

    package init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        name = try values.decode(UInt64.self)
        sum = try values.decode(UInt64.self)
        min = try values.decode(UInt64.self)
        max = try values.decode(UInt64.self)
        buckets = try values.decode(String.self)
        aboveRange = try values.isAtEnd ? 0 : values.decode(UInt64.self)
        inferred = try values.isAtEnd ? 0 : values.decode(UInt64.self)
        unrepresented = try values.isAtEnd ? 0 : values.decode(UInt64.self)
    }

    /// The array as JSON. A recorder writes a hundred of them a second, for which a general encoder takes ten times as long; nothing in it needs
    /// an escape.
    private var text: String {
        let seldom = [aboveRange, inferred, unrepresented]
        let last = seldom.lastIndex { $0 > 0 } ?? -1
        return "[\(name),\(sum),\(min),\(max),\"\(buckets)\"" + seldom.prefix(last + 1).map { ",\($0)" }.joined() + "]"
    }

    /// The line of some series, without its end.
    package static func line(_ parts: [PackedSeriesPart]) -> [UInt8] {
        Array("{\"\(TopKey.packedSeries.rawValue)\":[\(parts.map(\.text).joined(separator: ","))]}".utf8)
    }

    /// - Parameter names: those of the file so far.
    package func decoded(_ names: [SeriesName]) throws(ProfileDefect) -> (id: SyscallID, series: Series) {
        guard let name = Int(exactly: name), names.indices.contains(name) else {
            throw ProfileDefect("a packed series has the name \(name), and \(names.count) were said before it")
        }
        let sparse = try PackedBuckets.buckets(of: buckets)
        let figures = DistributionPart.Figures(sum: sum, min: min, max: max, aboveRange: aboveRange)
        let isEmpty = unrepresented > 0 && sparse.isEmpty && aboveRange == 0
        let distribution = try isEmpty ? LatencyHistogram() : DistributionPart.distribution(figures, sparse)
        guard inferred < distribution.count || inferred == 0 else {
            throw ProfileDefect("\(inferred) calls can't be inferred of a distribution of \(distribution.count)")
        }
        return (
            names[name].id,
            Series(
                outcome: names[name].outcome, failed: names[name].failed, distribution: distribution, inferred: inferred,
                unrepresented: unrepresented)
        )
    }
}
