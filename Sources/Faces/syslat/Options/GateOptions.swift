import ArgumentParser
import CallSelection
import Comparison
import SyscallTable

/// What a comparison decides, and how strictly.
struct GateOptions: ParsableArguments {
    @OptionGroup
    var rules: GateRules

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Gate the n calls that take the most time in BASE; of the bench, the n cases with their calls; with --weights, the n calls "
                + "of the service.",
            valueName: "n"))
    var top = 6

    var weights: String? { rules.weights }

    func validate() throws {
        guard (1...1000).contains(top) else {
            throw ValidationError("--top \(top) is out of range: give a number from 1 to 1000.")
        }
    }

    func options(acceptsLosses: Bool, weights: ServiceWeights? = nil) -> ComparisonOptions {
        var options = rules.options(weights: weights)
        (options.top, options.acceptsLosses) = (top, acceptsLosses)
        return options
    }
}

/// The same where `--top` means something else.
struct GateRules: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Relative margins: smaller changes don't matter (default: p50=5%,p90=10%,p99=10%,p99.9=20%,untraced=5%,time=5%).",
            valueName: "figure=%,…"),
        transform: GateRules.deltas)
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
        transform: GateRules.level)
    var alpha = 0.05

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Gate these calls instead, such as read,futex.", valueName: "names"), transform: GateRules.calls)
    var gateCalls: [String] = []

    @Option(
        help: ArgumentHelp(
            "Of profiles of the bench, gate the calls that this recorded service makes, weighted by their time, and give one figure "
                + "for all of them.",
            valueName: "file"),
        completion: .file())
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "Gate these figures: p50, p90, p99, p99.9, untraced (default: p50,p99). The untraced time of each gated case is gated "
                + "with it.",
            valueName: "figures"),
        transform: GateRules.measures)
    var gate: [Measure] = [.p50, .p99]

    @Flag(help: "Control the chance of any false verdict (Holm) instead of the share of false ones (Benjamini-Hochberg).")
    var fwer = false

    func validate() throws {
        if weights != nil, !gateCalls.isEmpty {
            throw ValidationError("--weights and --gate-calls both choose the calls to gate: leave one of them out.")
        }
    }

    /// Whether nothing of it was given.
    var isUnused: Bool {
        delta.isEmpty && minAbs == 20 && alpha == 0.05 && gateCalls.isEmpty && weights == nil && gate == [.p50, .p99] && !fwer
    }

    /// Reads what ``weights`` names.
    func serviceWeights() throws -> ServiceWeights? { try weights.map { try ServiceWeights(ComparedFile($0)) } }

    /// - Parameter weights: from ``serviceWeights()``.
    func options(weights: ServiceWeights?) -> ComparisonOptions {
        var options = ComparisonOptions(
            deltas: delta, minimumNanoseconds: Double(minAbs), alpha: alpha, gate: gate,
            multiplicity: fwer ? .holm : .benjaminiHochberg)
        options.gateCalls = gateCalls.isEmpty ? nil : gateCalls
        options.weights = weights
        return options
    }

    // MARK: Values

    private static func measure(_ name: Substring, of choice: [Measure] = Measure.allCases) throws -> Measure {
        guard let measure = Measure(rawValue: String(name)), choice.contains(measure) else {
            let figures = choice.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no figure '\(name)' to compare. Choose from \(figures).")
        }
        return measure
    }

    static func measures(_ text: String) throws -> [Measure] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { try measure($0, of: Measure.gateable) }
    }

    /// Names of calls as reports have them: `read`, `ia32:write`, `syscall_9999`.
    static func calls(_ text: String) throws -> [String] {
        let known = SyscallTable.allNames(in: ABI.allCases)
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { item in
            let name = String(item.split(separator: ":").last ?? "")
            guard known.contains(name) || name.hasPrefix("syscall_") else {
                let near = NearestNames.names(near: name, among: known)
                let hint = near.isEmpty ? "" : " Did you mean \(near.joined(separator: " or "))?"
                throw ValidationError("There is no system call '\(item)' to gate.\(hint) Write --gate-calls read,futex.")
            }
            return String(item)
        }
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
