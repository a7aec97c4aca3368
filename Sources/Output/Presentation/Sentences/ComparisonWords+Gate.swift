import Comparison
import Glibc
import SyscallTable

/// What decides a comparison, and what does not.
extension ComparisonWords {
    /// A few names of many; the JSON has all of them.
    static func list(_ names: [String], most: Int = 6) -> String {
        let rest = names.count > most ? " and \(names.count - most) more" : ""
        return names.prefix(most).joined(separator: ", ") + rest
    }

    /// A share as a percentage without decimals.
    static func percent(_ share: Double) -> String {
        let percent = share * 100
        return percent > 0 && percent < 1 ? "less than 1 %" : "\(DecimalText.fixed(percent, decimals: 0)) %"
    }

    /// What the columns of the gate say.
    package var legend: String {
        // Too few of them detect nothing, and then there is no such column.
        let detects =
            comparison.gated.contains { $0.detectable != nil }
            ? "DETECTS the smallest change that so many \(unit)s find four times in five, " : ""
        return
            "These cells decide (they are gated). MARGIN is the change that doesn't matter yet, \(detects)CHANCE how likely evidence like "
            + "that for the verdict is by chance, adjusted for all "
            + "\(ComparisonWords.count(comparison.gated.count, "cell", "cells"))."
    }

    /// What the columns of the other cells say.
    package var legendOfOthers: String {
        "\(ComparisonWords.count(comparison.others.count, "cell was", "cells were")) looked at beside the gate, and CHANCE isn't adjusted "
            + "for that: some move by chance alone."
    }

    /// What the columns about whole distributions say.
    package var legendOfDistributions: String {
        if min(comparison.base.boots, comparison.new.boots) == 1 {
            return "One \(unit) a side: \(unit)-to-\(unit) variation unknown."
        }
        if comparison.replication.isPaired {
            return
                "MOVED BY is how far a call moved on average, whichever way (the area between the distributions of both sides). It "
                + "doesn't decide."
        }
        return
            "MOVED BY is how far a call moved on average, whichever way (the area between the distributions of both sides), CHANCE the "
            + "share of all ways to deal the \(unit)s out to two sides that move as far. Neither decides."
    }

    /// The calls of which nothing is gated.
    package var besideGate: [String] {
        let names = comparison.beside.subjects.map { comparison.label($0) }
        guard !names.isEmpty, !comparison.gated.isEmpty else { return [] }
        let option =
            comparison.workload == nil ? "--top or --gate-calls gates more" : "--top, --gate-calls or --weights gates others"
        let waiting = comparison.beside.waiting
        let (they, their) = waiting.count == 1 ? ("it takes", "Its") : ("they take", "Their")
        let passed =
            waiting.isEmpty
            ? []
            : [
                "Not gated, whatever time \(they): \(waiting.joined(separator: ", ")). \(their) calls wait for another CPU, and how fast that wakes "
                    + "up is more the doing of the hardware or the hypervisor than of the kernel (--gate-calls gates them)."
            ]
        return passed + [
            "Not gated: \(ComparisonWords.list(names)), together \(ComparisonWords.percent(comparison.beside.share)) of the time of all "
                + "calls in BASE (\(option))."
        ]
    }

    // MARK: Moves

    /// How the time of cases moved across the boundary of their calls, a sentence each.
    package var moves: [String] {
        var seen: Set<String> = []
        return (comparison.gated + comparison.others.filter { $0.verdict == .moved }).compactMap { cell -> String? in
            guard let move = cell.move, let name = cell.subject.name.caseName, seen.insert(name).inserted else { return nil }
            func cost(_ value: Double) -> String { HumanFormat.cost(nanoseconds: value).spaced }
            let inside = "\(cost(move.insideBase)) → \(cost(move.insideNew)) between the tracepoints of its calls"
            let untraced = "\(cost(move.untracedBase)) → \(cost(move.untracedNew)) untraced"
            let end =
                cell.measure == .untraced
                ? "what changed lies outside the calls: entering and leaving the kernel, work after the exit, page faults"
                : "work moved \(move.isInward ? "into" : "out of") its calls, and that is not what a program waits "
                    + (move.isInward ? "longer for" : "less for")
            return "\(name): an operation takes \(inside) and \(untraced): \(end).\(move.known.map { " \($0)" } ?? "")"
        }
    }

    // MARK: The service

    /// The figure of the service that weights the calls, and what is not in it.
    package var service: [String] {
        guard let service = comparison.service else { return [] }
        var sentences: [String] = []
        if let cell = comparison.gated.first(where: { $0.measure == .time }), let shift = cell.shift {
            let interval = ComparisonWords.interval(shift).map { " (\(confidence) interval \($0.spaced))" } ?? ""
            sentences.append(
                "This service's kernel time: \(ComparisonWords.change(shift.effect).spaced)\(interval), \(cell.verdict.rawValue).")
        }
        sentences.append(
            "The weights are those of \(service.path): the time of its calls that ran. Cases stand for "
                + "\(ComparisonWords.percent(service.covered)) of it; \(ComparisonWords.percent(service.waiting)) of the time of all its "
                + "calls is waiting or preemption, which no bench reproduces.")
        if !service.missing.isEmpty {
            let names = service.missing.map { entry in
                let label = comparison.label(.call(entry.id)) + (entry.failed ? " (errors)" : "")
                return "\(label) (\(ComparisonWords.percent(entry.share)))"
            }
            sentences.append("Without a case: \(ComparisonWords.list(names, most: 10)).")
        }
        return sentences
    }

    // MARK: Method

    /// How the verdicts are reached.
    package var method: String {
        let options = comparison.options
        let shown = Measure.allCases.filter { measure in comparison.gated.contains { $0.measure == measure } }
        let deltas = (shown.isEmpty ? options.gate : shown).map {
            "\($0.rawValue) \(ComparisonWords.size(log(1 + options.delta($0))).spaced)"
        }
        let family =
            options.multiplicity == .holm
            ? "of even one false verdict (Holm)" : "of a false one among the verdicts (Benjamini-Hochberg)"
        let replication = comparison.replication
        let test =
            replication.isPaired
            ? "CHANGE is the Hodges-Lehmann estimate of each host's own change; exact signed-rank tests beyond the margin "
            : "CHANGE is the Hodges-Lehmann shift of the \(unit)s' figures; exact Mann-Whitney tests beyond the margin "
        let others = replication.unit == .boot ? "BASE or NOISE" : "BASE"
        let noise = replication.isPaired ? "" : ", or what two halves of \(others) differ by"
        let buckets =
            replication.resolution > 0
            ? ", widened by \(ComparisonWords.size(replication.resolution).spaced), the width of the server's buckets, which a quantile is not "
                + "known better than" : ""
        let count =
            replication.isPaired ? "\(comparison.base.boots) on both sides" : "\(comparison.base.boots) and \(comparison.new.boots)"
        return test + "(\(deltas.joined(separator: ", "))\(noise)\(buckets), and at least "
            + "\(HumanFormat.quantity(nanoseconds: options.minimumNanoseconds).spaced)), the chance \(family) being at most "
            + "\(options.alpha). The unit is the \(unit): \(count)."
    }
}
