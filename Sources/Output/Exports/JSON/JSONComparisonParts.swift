import Presentation
import Comparison
import Glibc
import SyscallTable

/// What is known of one subject of a comparison beside its cells.
struct ComparisonSubjectPart: Encodable {
    let change: SubjectChange
    let subject: SubjectName

    init(_ change: SubjectChange, _ comparison: Comparison) {
        self.change = change
        subject = SubjectName(change.subject, comparison)
    }

    private enum Key: String, CodingKey {
        case presence, rate, time, shape, shifts
        case baseBoots = "base_boots"
        case newBoots = "new_boots"
        case baseCalls = "base_calls"
        case newCalls = "new_calls"
        case baseTime = "base_time_ns"
        case newTime = "new_time_ns"
    }

    func encode(to encoder: any Encoder) throws {
        try subject.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(change.isNew ? "NEW" : change.isGone ? "GONE" : "both", forKey: .presence)
        try container.encode(change.baseBoots, forKey: .baseBoots)
        try container.encode(change.newBoots, forKey: .newBoots)
        try container.encode(change.baseCalls, forKey: .baseCalls)
        try container.encode(change.newCalls, forKey: .newCalls)
        try container.encodeIfPresent(change.baseTime?.ifFinite, forKey: .baseTime)
        try container.encodeIfPresent(change.newTime?.ifFinite, forKey: .newTime)
        try container.encodeIfPresent(change.rate.map { EstimatePart($0) }, forKey: .rate)
        try container.encodeIfPresent(change.time.map { EstimatePart($0) }, forKey: .time)
        try container.encodeIfPresent(change.shape.map(ShapePart.init), forKey: .shape)
        try container.encode(change.shifts.map { EstimatePart($0.estimate, quantile: $0.point.name) }, forKey: .shifts)
    }

    private struct ShapePart: Encodable {
        let distance, shift: Double
        let p: Double?

        init(_ shape: ShapeChange) { (distance, shift, p) = (shape.distance, shape.shift, shape.p) }

        enum CodingKeys: String, CodingKey {
            case distance = "distance_ln"
            case shift = "shift_ln"
            case p
        }
    }
}

/// A change and its interval.
struct EstimatePart: Encodable {
    let quantile: String?
    let change: Double?
    let interval: [Double]?

    init(_ estimate: ShiftEstimate, quantile: String? = nil) {
        (self.quantile, change, interval) = (quantile, estimate.change, estimate.changeInterval)
    }

    enum CodingKeys: String, CodingKey {
        case interval = "change_interval"
        case quantile, change
    }
}

/// What changed at the vDSO.
struct ComparisonVDSOPart: Encodable {
    private let served: [Served]
    private let entered: [Entered]
    private let baseBoundary, newBoundary: Double?
    private let boundary: EstimatePart?

    init(_ vdso: VDSOComparison) {
        served = vdso.served.map { change in
            let kind = change.isNowServed ? "now served" : change.isNoLongerServed ? "no longer served" : "differs"
            return Served(
                function: change.function, clock: change.clock?.name, change: kind,
                base: [change.base.served, change.base.known], new: [change.new.served, change.new.known])
        }
        entered = vdso.entered.map {
            Entered(function: $0.function, clock: $0.clock?.name, reason: $0.reason, change: $0.appeared ? "appeared" : "vanished")
        }
        baseBoundary = vdso.baseBoundary?.ifFinite
        newBoundary = vdso.newBoundary?.ifFinite
        boundary = vdso.boundary.map { EstimatePart($0) }
    }

    enum CodingKeys: String, CodingKey {
        case baseBoundary = "base_boundary_ns"
        case newBoundary = "new_boundary_ns"
        case served, entered, boundary
    }

    private struct Served: Encodable {
        let function: String
        let clock: String?
        let change: String
        /// Profiles that served it, of those that say so.
        let base, new: [Int]
    }

    private struct Entered: Encodable {
        let function: String
        let clock: String?
        let reason, change: String
    }
}
