import ArgumentParser
import Comparison

/// What a comparison is to decide, and how strictly.
struct GateOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Relative changes that do not matter yet (default: p50=5%,p90=10%,p99=10%,p99.9=20%,untraced=5%).",
            valueName: "figure=%,…"),
        transform: GateOptions.deltas)
    var delta: [Measure: Double] = [:]

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Absolute change that does not matter yet; twice the difference of the probe floors if that is more (default: 20ns).",
            valueName: "time"),
        transform: GateOptions.nanoseconds)
    var minAbs = 20.0

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Level of all tests (default: 0.05).", valueName: "p"),
        transform: GateOptions.level)
    var alpha = 0.05

    @Option(
        parsing: .unconditional, help: ArgumentHelp("How many calls or cases decide, by their total time in BASE.", valueName: "n"))
    var top = 6

    @Option(
        help: ArgumentHelp("Which figures of them decide: p50,p90,p99,p99.9,untraced (default: p50,p99).", valueName: "figures"),
        transform: GateOptions.measures)
    var gate: [Measure] = [.p50, .p99]

    @Flag(help: "Keep down the chance of even one false verdict (Holm), not their share (Benjamini-Hochberg).")
    var fwer = false

    func validate() throws {
        guard (1...1000).contains(top) else {
            throw ValidationError("--top \(top) is no number of calls to decide about: give one from 1 to 1000.")
        }
    }

    func options(acceptsLosses: Bool) -> ComparisonOptions {
        ComparisonOptions(
            deltas: delta, minimumNanoseconds: minAbs, alpha: alpha, top: top, gate: gate,
            multiplicity: fwer ? .holm : .benjaminiHochberg, acceptsLosses: acceptsLosses)
    }

    // MARK: Values

    private static let figures = Measure.allCases.map(\.rawValue).joined(separator: ", ")

    private static func measure(_ name: Substring) throws -> Measure {
        guard let measure = Measure(rawValue: String(name)) else {
            throw ValidationError("'\(name)' is no figure that is compared: there are \(figures).")
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
            guard parts.count == 2, parts[1].last == "%", let percent = number(parts[1].dropLast()), percent <= 1000 else {
                throw ValidationError("'\(item)' is no margin: write figures and percentages up to 1000%, as in p50=5%,p99=10%.")
            }
            deltas[try measure(parts[0])] = percent / 100
        }
        return deltas
    }

    static func nanoseconds(_ text: String) throws -> Double {
        let units: [(suffix: String, factor: Double)] = [("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }), let number = number(text.dropLast(unit.suffix.count)),
            number * unit.factor <= 1e12
        else { throw ValidationError("'\(text)' is no time from 0 on with a unit: write 20ns, 1.5us or 1ms.") }
        return number * unit.factor
    }

    static func level(_ text: String) throws -> Double {
        guard let level = number(text[...]), level > 0, level < 0.5 else {
            throw ValidationError("--alpha '\(text)' is no level of a test: give a number above 0 and below 0.5, as 0.05.")
        }
        return level
    }

    /// Digits with at most one point among them: neither a sign nor an exponent, neither inf nor nan.
    private static func number(_ text: Substring) -> Double? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard text.utf8.contains(where: digits.contains), text.utf8.allSatisfy({ digits.contains($0) || $0 == UInt8(ascii: ".") })
        else { return nil }
        return Double(text)
    }
}
