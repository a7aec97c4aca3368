package import LatencyHistogram
package import Profile
import Presentation

/// The figures of an item in some window.
package struct LiveFigures: Sendable, Hashable {
    package var totals = LiveTotals()
    /// Where distributions are known.
    package var detail: LiveDetail?

    package init() {}

    init(_ totals: LiveTotals, _ detail: LiveDetail?) { (self.totals, self.detail) = (totals, detail) }

    package var distribution: LatencyHistogram? { detail?.distribution }

    var percentiles: LatencyFigures? { distribution.flatMap(LatencyFigures.init) }

    /// How many of the calls were measured.
    var basis: TableRow.Basis {
        guard let call = detail?.call, call.measured < call.calls else { return .every }
        return .measured(call.measured)
    }
}

/// The distribution of an item's calls, and how they ended where that is known.
package enum LiveDetail: Sendable, Hashable {
    case call(CallProfile)
    case whole(LatencyHistogram)

    package var call: CallProfile? { if case .call(let call) = self { call } else { nil } }

    package var distribution: LatencyHistogram {
        switch self {
        case .call(let call): call.distribution
        case .whole(let distribution): distribution
        }
    }

    /// What came since `earlier`, an older state of it; nil if nothing did.
    func subtracting(_ earlier: LiveDetail?) -> LiveDetail? {
        switch (self, earlier) {
        case (.call(let call), .call(let old)): return call.subtracting(old).map { .call($0) }
        case (.whole(let distribution), .whole(let old)):
            let rest = distribution.subtracting(old)
            return rest.isEmpty ? nil : .whole(rest)
        default: return self
        }
    }

    /// Adds other calls of the same item.
    mutating func add(_ other: LiveDetail) {
        if let mine = call, let theirs = other.call {
            self = .call(mine.merged(with: theirs))
        } else {
            var sum = distribution
            sum.merge(other.distribution)
            self = .whole(sum)
        }
    }
}
