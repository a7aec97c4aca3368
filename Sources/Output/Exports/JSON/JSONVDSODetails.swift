import LatencyHistogram
import Presentation
import Profile
import ProfileSchema

/// What a profile says of the vDSO, in JSON. What is not known is left out.
struct VDSODetails: Encodable {
    private let vdso: VDSOProfile
    private let capture: CaptureSummary

    init(_ vdso: VDSOProfile, _ capture: CaptureSummary) { (self.vdso, self.capture) = (vdso, capture) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: VDSOKey.self)
        let floor = capture.probeFloorNanoseconds
        try container.encode(vdso.functions.map { VDSOFunctionFigures($0, probeFloor: floor) }, forKey: .functions)
        try container.encode(vdso.entered.map { Entered($0, vdso, capture) }, forKey: .entered)
        try container.encode(vdso.served.map(VDSOServedPart.init), forKey: .served)
        try container.encode(vdso.vsyscalls.map(VDSOVsyscallPart.init), forKey: .vsyscalls)
        try container.encode(VDSOTicksPart(vdso.ticks), forKey: .ticks)
    }

    private struct Entered: Encodable {
        let entry: VDSOEntry
        let isCurable: Bool
        let savings: VDSOSavings?

        init(_ entry: VDSOEntry, _ vdso: VDSOProfile, _ capture: CaptureSummary) {
            self.entry = entry
            isCurable = vdso.isCurable(entry)
            savings = vdso.savings(of: entry, in: capture)
        }

        private enum Key: String, CodingKey {
            case curable
            case savings = "savings_s_per_s"
            case isUpperBound = "savings_is_upper_bound"
        }

        func encode(to encoder: any Encoder) throws {
            try VDSOEntryPart(entry).encode(to: encoder)
            var figures = encoder.container(keyedBy: FigureKey.self)
            try figures.encode(entry.distribution.count, forKey: .calls)
            try figures.encode(entry.distribution.sum, forKey: .total)
            if let latencies = LatencyFigures(entry.distribution) { try figures.encode(latencies, [.p50, .p99]) }
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(isCurable, forKey: .curable)
            let seconds = savings.map { $0.nanosecondsPerSecond / 1e9 }?.ifFinite
            try container.encodeIfPresent(seconds, forKey: .savings)
            // Only where it is true.
            if savings?.isUpperBound == true { try container.encode(true, forKey: .isUpperBound) }
        }
    }
}

/// One function of the self-test, with what follows from its costs. Costs are medians of batches, and their quartiles.
struct VDSOFunctionFigures: Encodable {
    private let function: VDSOFunction
    private let probeFloor: UInt64?
    private let absence: VDSOReport.Trial.Absence?

    init(_ function: VDSOFunction, probeFloor: UInt64?, absence: VDSOReport.Trial.Absence? = nil) {
        (self.function, self.probeFloor, self.absence) = (function, probeFloor, absence)
    }

    private enum Key: String, CodingKey {
        case ratio, error
        case vdso = "vdso_ns"
        case vdsoQuartiles = "vdso_ns_quartiles"
        case syscall = "syscall_ns"
        case syscallQuartiles = "syscall_ns_quartiles"
        case boundary = "boundary_ns"
        case notCalled = "not_called"
    }

    func encode(to encoder: any Encoder) throws {
        try VDSOFunctionPart(function, withCosts: false).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        if let cost = function.vdso?.ifFinite {
            try container.encode(cost.median, forKey: .vdso)
            try container.encode([cost.lowerQuartile, cost.upperQuartile], forKey: .vdsoQuartiles)
        }
        if let cost = function.syscall?.ifFinite {
            try container.encode(cost.median, forKey: .syscall)
            try container.encode([cost.lowerQuartile, cost.upperQuartile], forKey: .syscallQuartiles)
        }
        let boundary = function.boundaryNanoseconds(probeFloor: probeFloor)?.ifFinite
        try container.encodeIfPresent(boundary, forKey: .boundary)
        try container.encodeIfPresent(function.ratio?.ifFinite, forKey: .ratio)
        switch absence {
        case .failed(let error): try container.encode(error, forKey: .error)
        case .notCalled(let reason): try container.encode(reason, forKey: .notCalled)
        case nil: break
        }
    }
}

extension CallCost {
    /// nil where JSON has no number for a part of it.
    fileprivate var ifFinite: CallCost? { [median, lowerQuartile, upperQuartile].allSatisfy(\.isFinite) ? self : nil }
}

extension Double {
    var ifFinite: Double? { isFinite ? self : nil }
}
