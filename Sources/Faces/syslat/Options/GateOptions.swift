import ArgumentParser
import Comparison

/// What a comparison decides, and how strictly.
struct GateOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Relative margins: smaller changes don't matter (default: p50=5%,p90=10%,p99=10%,p99.9=20%,untraced=5%).",
            valueName: "figure=%,…"),
        transform: GateOptions.deltas)
    var delta: [Measure: Double] = [:]

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Absolute margin: smaller changes don't matter (default: 20ns, or twice the difference between the probe floors if "
                + "that is more).",
            valueName: "time"),
        transform: Units.margin)
    var minAbs: UInt64 = 20

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Significance level of the tests (default: 0.05).", valueName: "p"),
        transform: GateOptions.level)
    var alpha = 0.05

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Gate the first n calls or cases, by total time in BASE.", valueName: "n"))
    var top = 6

    @Option(
        help: ArgumentHelp("Gate these figures: p50, p90, p99, p99.9, untraced (default: p50,p99).", valueName: "figures"),
        transform: GateOptions.measures)
    var gate: [Measure] = [.p50, .p99]

    @Flag(help: "Control the chance of any false verdict (Holm) instead of the share of false ones (Benjamini-Hochberg).")
    var fwer = false

    func validate() throws {
        guard (1...1000).contains(top) else {
            throw ValidationError("--top \(top) is out of range: give a number from 1 to 1000.")
        }
    }

    func options(acceptsLosses: Bool) -> ComparisonOptions {
        ComparisonOptions(
            deltas: delta, minimumNanoseconds: Double(minAbs), alpha: alpha, top: top, gate: gate,
            multiplicity: fwer ? .holm : .benjaminiHochberg, acceptsLosses: acceptsLosses)
    }

    // MARK: Values

    private static let figures = Measure.allCases.map(\.rawValue).joined(separator: ", ")

    private static func measure(_ name: Substring) throws -> Measure {
        guard let measure = Measure(rawValue: String(name)) else {
            throw ValidationError("There is no figure '\(name)' to compare. Choose from \(figures).")
        }
        return measure
    }

    static func measures(_ text: String) throws -> [Measure] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map(measure)
    }

    static func deltas(_ text: String) throws -> [Measure: Double] {
        var deltas: [Measure: Double] = [:]
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let share = Units.share(parts[1]), share <= 10 else {
                throw ValidationError(
                    "The margin '\(item)' is not a figure with a percentage of at most 1000%. Write p50=5%,p99=10%.")
            }
            deltas[try measure(parts[0])] = share
        }
        return deltas
    }

    static func level(_ text: String) throws -> Double {
        guard let level = Units.number(text[...]), level > 0, level < 0.5 else {
            throw ValidationError("The significance level '\(text)' is not a number between 0 and 0.5. Write 0.05.")
        }
        return level
    }
}
