import Presentation
import Comparison
import Glibc
import Profile
import ProfileSchema
import SyscallTable

/// Which calls or operations a figure is of.
struct SubjectName: Encodable {
    /// Of the call, of the case, or of the service's weights.
    let name: String
    let result: String
    let abi: String?
    /// The call of a case, and how the scheduler treated it.
    let call, outcome: String?

    init(_ subject: Subject, _ comparison: Comparison) {
        switch subject.name {
        case .call(let id): (name, abi, call, outcome) = (id.name, id.abi.name, nil, nil)
        case .workloadCase(let name): (self.name, abi, call, outcome) = (name, nil, nil, nil)
        case .caseCall(let item):
            (name, abi, call, outcome) = (item.caseName, item.id?.abi.name, item.id?.name, item.outcome.name)
        case .service: (name, abi, call, outcome) = (comparison.service?.path ?? "", nil, nil, nil)
        }
        result =
            switch (subject.name, subject.result) {
            case (.service, _): "service"
            case (_, .ok): "ok"
            case (_, .error): "error"
            case (_, .operation): "operation"
            case (_, .all): "all"
            }
    }
}

/// How the time of a case moved across the boundary of its calls, in nanoseconds of an operation.
struct MovePart: Encodable {
    private let insideBase, insideNew, untracedBase, untracedNew, shift, p: Double
    private let known: String?

    init(_ move: BoundaryMove) {
        (insideBase, insideNew) = (move.insideBase, move.insideNew)
        (untracedBase, untracedNew) = (move.untracedBase, move.untracedNew)
        (shift, p, known) = (move.shift, move.p, move.known)
    }

    enum CodingKeys: String, CodingKey {
        case insideBase = "base_inside_ns"
        case insideNew = "new_inside_ns"
        case untracedBase = "base_untraced_ns"
        case untracedNew = "new_untraced_ns"
        case shift = "shift_ns"
        case p, known
    }
}

/// What the weights of a service stand for.
struct ServicePart: Encodable {
    private let path: String
    private let covered, waiting: Double
    private let missing: [Missing]

    init(_ service: ServiceSummary) {
        (path, covered, waiting) = (service.path, service.covered, service.waiting)
        missing = service.missing.map(Missing.init)
    }

    private struct Missing: Encodable {
        let call: CallPart
        let result: String
        let share: Double

        init(_ entry: ServiceWeights.Entry) {
            (call, share) = (CallPart(entry.id), entry.share)
            result = entry.failed ? "error" : "ok"
        }

        private enum CodingKeys: String, CodingKey { case result, share }

        func encode(to encoder: any Encoder) throws {
            try call.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(result, forKey: .result)
            try container.encode(share, forKey: .share)
        }
    }

    enum CodingKeys: String, CodingKey {
        case path, covered, waiting
        case missing = "without_case"
    }
}

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
