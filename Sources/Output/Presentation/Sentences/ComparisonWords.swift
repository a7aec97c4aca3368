import Profile
package import Comparison
import Glibc
import SyscallTable

/// What a comparison says in sentences and figures, the same in every format. Nothing is escaped for any of them yet.
package struct ComparisonWords {
    package let comparison: Comparison

    package init(comparison: Comparison) { self.comparison = comparison }

    // MARK: Figures

    /// A shift in ln as a change: `+23.1 %`, `-4.0 %`, `×12.3`. Signs are typed ones, for spreadsheets and grep.
    package static func change(_ shift: Double) -> HumanFormat.Quantity {
        change(ofFactor: exp(shift))
    }

    /// The same of a ratio.
    static func change(ofFactor factor: Double) -> HumanFormat.Quantity {
        guard factor < 10 else { return HumanFormat.Quantity(number: "×" + HumanFormat.compactCount(min(factor, 1e18)), unit: "") }
        let percent = (factor - 1) * 100
        let digits = DecimalText.fixed(abs(percent), decimals: 1)
        let sign = digits == "0.0" ? "" : percent < 0 ? "-" : "+"
        return HumanFormat.Quantity(number: sign + digits, unit: "%")
    }

    /// Both ends: `-2.0 … +17.4 %`; nil if there are too few boots for an interval.
    package static func interval(_ estimate: ShiftEstimate) -> HumanFormat.Quantity? {
        estimate.interval.map { interval in
            let (low, high) = (change(interval.lowerBound), change(interval.upperBound))
            let lowText = low.unit == high.unit ? low.number : low.tight
            return HumanFormat.Quantity(number: "\(lowText) … \(high.number)", unit: high.unit)
        }
    }

    /// A margin: `5.0 %`, without a sign.
    package static func size(_ shift: Double) -> HumanFormat.Quantity {
        let text = change(abs(shift))
        let hasSign = text.number.hasPrefix("+")
        return HumanFormat.Quantity(number: hasSign ? String(text.number.dropFirst()) : text.number, unit: text.unit)
    }

    package static func probability(_ value: Double) -> String {
        value < 0.0005 ? "<0.001" : DecimalText.fixed(min(1, value), decimals: 3)
    }

    package static func name(_ cell: Cell, _ comparison: Comparison) -> String {
        "\(comparison.label(cell.subject)) \(cell.measure.rawValue)"
    }

    /// The evidence for the verdict of a cell; for one without a verdict, the strongest there is.
    package static func evidence(_ cell: Cell) -> Double? {
        (cell.q ?? cell.p).map { evidence in
            switch cell.verdict {
            case .regressed: evidence.regressed
            case .improved: evidence.improved
            case .equivalent: evidence.equivalent
            case .moved: min(evidence.regressed, evidence.improved)
            default: min(evidence.regressed, evidence.improved, evidence.equivalent)
            }
        }
    }

    /// `95 %`.
    package var confidence: String { HumanFormat.compactCount((1 - comparison.options.alpha) * 100) + " %" }

    /// What is counted: `boot`, or `host` of a fleet.
    package var unit: String { comparison.replication.unit.rawValue }

    /// `7 boots`.
    package func units(_ count: Int) -> String { ComparisonWords.count(count, unit, "\(unit)s") }

    /// `7 boots of 6.1.0`.
    package func side(_ side: SideSummary) -> String {
        let kernels = side.kernels.count > 3 ? "\(side.kernels.count) kernels" : side.kernels.joined(separator: ", ")
        return "\(units(side.boots)) of \(kernels)"
    }

    /// Which hosts of a fleet each side has, a sentence each.
    package var sources: [String] {
        [("BASE", comparison.base), ("NEW", comparison.new)].compactMap { name, side in side.source.map { "\(name): \($0)." } }
    }

    package static func count(_ value: Int, _ singular: String, _ plural: String) -> String {
        HumanFormat.count(UInt64(max(0, value)), singular, plural)
    }

    // MARK: The verdict

    /// The one word, for a title.
    package var title: String {
        switch comparison.outcome {
        case .passed: "NO REGRESSION"
        case .regressed: "REGRESSED"
        case .inconclusive: "INCONCLUSIVE"
        }
    }

    /// The whole in one sentence, and a second one if cells beside the gate read REGRESSED.
    package var verdict: String {
        let sentence =
            switch comparison.outcome {
            case .regressed: regressed
            case .passed: "all \(gatedCells) are decided: \(tally)."
            case .inconclusive: inconclusive
            }
        return sentence + slowerBeside
    }

    /// A reader must not take "none of the gated cells" for "none".
    private var slowerBeside: String {
        let slower = comparison.others.count { $0.verdict == .regressed }
        guard slower > 0 else { return "" }
        return " Beside the gate, \(slower) of \(ComparisonWords.count(comparison.others.count, "cell", "cells")) "
            + "\(slower == 1 ? "reads" : "read") REGRESSED; \(slower == 1 ? "it doesn't" : "they don't") decide."
    }

    private var gatedCells: String { ComparisonWords.count(comparison.gated.count, "gated cell", "gated cells") }

    /// `10 equivalent, 1 improved`.
    private var tally: String {
        Verdict.allCases.compactMap { verdict in
            let count = comparison.gated.count { $0.verdict == verdict }
            return count > 0 ? "\(count) \(verdict.rawValue.lowercased())" : nil
        }.joined(separator: ", ")
    }

    private var regressed: String {
        let slower = comparison.gated.filter { $0.verdict == .regressed }
        let worst = slower.max { ($0.shift?.effect ?? 0) < ($1.shift?.effect ?? 0) }
        var sentence =
            "\(slower.count) of \(gatedCells) \(slower.count == 1 ? "is" : "are") slower by more than the margin"
        if let worst, let shift = worst.shift {
            sentence +=
                "\(slower.count == 1 ? ":" : ", most of all") \(ComparisonWords.name(worst, comparison)) by "
                + ComparisonWords.change(shift.effect).spaced
            if let interval = ComparisonWords.interval(shift) { sentence += " (\(confidence) interval \(interval.spaced))" }
        }
        return sentence + "."
    }

    private var inconclusive: String {
        guard !comparison.gated.isEmpty else {
            return "nothing in BASE has enough calls in each boot to be gated. Capture for longer, or gate p50 alone."
        }
        let boots = min(comparison.base.boots, comparison.new.boots)
        if !comparison.canDecide {
            guard boots > 1 else {
                let remedy =
                    comparison.replication.unit == .boot ? " What changed between these two, `syslat diff` describes." : ""
                return "one \(unit) a side says nothing about how \(unit)s differ: \(needed).\(remedy)"
            }
            return "\(units(boots)) a side can't decide about \(gatedCells): \(needed)."
        }
        let open = comparison.gated.count { $0.verdict == .inconclusive }
        let absent = comparison.gated.count { $0.verdict == .noData }
        let parts = [
            open > 0 ? "\(open) can't be told from the margin with \(units(boots)) a side" : nil,
            absent > 0 ? "\(absent) \(absent == 1 ? "has" : "have") no data" : nil,
        ].compactMap { $0 }
        let decidable = comparison.gated.filter { $0.verdict == .inconclusive }.compactMap(\.bootsNeeded)
        let part = decidable.count == open + absent ? "would decide" : "would decide \(decidable.count) of these \(open + absent)"
        let hint = decidable.max().map { " About \($0) \(unit)s a side \(part)." } ?? ""
        return "none of \(gatedCells) regressed, but \(parts.joined(separator: " and ")).\(hint)"
    }

    /// How many boots a side it takes to decide.
    private var needed: String {
        guard let needed = comparison.bootsNeeded else { return "no number of \(unit)s can decide about so many: gate fewer" }
        if comparison.replication.isPaired { return "at least \(needed) on both sides are needed" }
        return "at least \(needed) of each kernel are needed"
    }

    // MARK: What could not be decided

    /// What it would take to decide the open gated cells, a sentence for each number of boots; then the cells without data.
    package var undecided: [String] {
        let open = comparison.gated.filter { $0.verdict == .inconclusive }
        func names(_ cells: [Cell]) -> String {
            cells.map { cell in
                let change = cell.shift.map { " (\(ComparisonWords.change($0.effect).tight))" } ?? ""
                return ComparisonWords.name(cell, comparison) + change
            }.joined(separator: ", ")
        }
        let counts = Set(open.compactMap(\.bootsNeeded)).sorted()
        var sentences = counts.map { boots in
            "About \(boots) \(unit)s a side would decide: \(names(open.filter { $0.bootsNeeded == boots }))."
        }
        let heldBack = open.filter { $0.bootsNeeded == nil && $0.isHeldBack }
        if !heldBack.isEmpty {
            sentences.append(
                "More \(unit)s won't decide these, because tracing itself may cost that much more on one side: \(names(heldBack)).")
        }
        let hopeless = open.filter { $0.bootsNeeded == nil && !$0.isHeldBack }
        if !hopeless.isEmpty {
            sentences.append(
                "More \(unit)s will hardly decide these, since \(unit)s differ by much more than the change\(orBuckets): \(names(hopeless))."
            )
        }
        return sentences
            + comparison.gated.filter { $0.verdict == .noData }.map { cell in
                "\(ComparisonWords.name(cell, comparison)): \(cell.absence ?? "no data")."
            }
    }

    private var orBuckets: String {
        comparison.replication.resolution > 0 ? ", or the change is as large as what the buckets may hide" : ""
    }

    /// Figures that BASE itself lacks, a sentence for each figure.
    package var notGated: [String] {
        Measure.allCases.compactMap { measure in
            let names = comparison.notGated.filter { $0.measure == measure }.map { comparison.label($0.subject) }
            guard !names.isEmpty else { return nil }
            let reason =
                measure == .untraced
                ? "not measured in every boot of BASE"
                : "fewer than \(HumanFormat.count(measure.leastCalls)) calls in a \(unit) of BASE"
            let contrast = comparison.workload == nil ? "though they take more time" : "though others of their cases are"
            return "Not gated, \(contrast): \(measure.rawValue) of \(ComparisonWords.list(names)) (\(reason))."
        }
    }

    // MARK: Beside the gate

    /// The subjects of the gate whose distributions are known, in its order.
    package var shapes: [SubjectChange] {
        var names: [Subject] = []
        for cell in comparison.gated where !names.contains(cell.subject) { names.append(cell.subject) }
        return names.compactMap { name in comparison.subjects.first { $0.subject == name && !$0.shifts.isEmpty } }
    }

    /// The other cells that changed, the largest change first.
    package var changed: [Cell] {
        comparison.others.filter { [.regressed, .improved, .moved].contains($0.verdict) }
            .enumerated().sorted(falling: { abs($0.element.shift?.effect ?? 0) }, then: \.offset).map(\.element)
    }

    /// What only one side has, in a sentence each.
    package var appearances: [String] {
        func names(_ isMeant: (SubjectChange) -> Bool) -> String {
            let shared = Set(comparison.subjects.filter { !isMeant($0) }.map(\.subject).compactMap(ComparisonWords.caseCall))
            let only = comparison.subjects.filter { change in
                guard change.subject.result != .operation, isMeant(change) else { return false }
                // A call of a case that ends in another way now and then neither appears nor vanishes.
                return ComparisonWords.caseCall(change.subject).map { !shared.contains($0) } ?? true
            }
            return only.map { comparison.label($0.subject) }.joined(separator: ", ")
        }
        let (appeared, vanished) = (names(\.isNew), names(\.isGone))
        return [appeared.isEmpty ? nil : "NEW: \(appeared).", vanished.isEmpty ? nil : "GONE: \(vanished)."].compactMap { $0 }
    }

    /// Which call of which case, however it ends.
    private static func caseCall(_ subject: Subject) -> CaseCallName? {
        guard case .caseCall(var call) = subject.name else { return nil }
        call.outcome = .ran
        return call
    }

    /// What changed at the vDSO, a sentence each.
    package var vdso: [String] {
        let vdso = comparison.vdso
        var sentences = vdso.served.map { change in
            let name = "\(change.function)\(change.clock.map { "(\($0.name))" } ?? "")"
            if change.isNowServed { return "\(name): now served" }
            if change.isNoLongerServed { return "\(name): no longer served" }
            return "\(name): served in \(change.base.served) of \(change.base.known) profiles before, in "
                + "\(change.new.served) of \(change.new.known) now"
        }
        sentences += vdso.entered.map { change in
            let name = "\(change.function)\(change.clock.map { "(\($0.name))" } ?? "")"
            return change.appeared
                ? "\(name): now enters the kernel: \(change.reason)" : "\(name): no longer enters the kernel: \(change.reason)"
        }
        if let boundary = vdso.boundary, let base = vdso.baseBoundary, let new = vdso.newBoundary {
            let interval = ComparisonWords.interval(boundary).map { " (\($0.spaced))" } ?? ""
            sentences.append(
                "boundary (into the kernel and back): \(HumanFormat.cost(nanoseconds: base).spaced) → "
                    + "\(HumanFormat.cost(nanoseconds: new).spaced), \(ComparisonWords.change(boundary.effect).spaced)\(interval)")
        }
        return sentences
    }
}
