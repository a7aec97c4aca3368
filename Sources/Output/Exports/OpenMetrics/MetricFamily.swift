import PlainText
import Presentation

/// One metric with all its samples, in the text of OpenMetrics 1.0.
struct MetricFamily {
    typealias Labels = [(name: String, value: String)]

    enum Kind: String {
        case counter, gauge, histogram, info
    }

    let name: String
    let kind: Kind
    /// The unit, with which the name must end; empty of a number of something.
    let unit: String
    /// One line, without a backslash.
    let help: String
    private var samples = ""

    init(_ name: String, _ kind: Kind, unit: String = "", help: String) {
        precondition(unit.isEmpty || name.hasSuffix("_\(unit)"), "the name of a metric ends with its unit")
        (self.name, self.kind, self.unit, self.help) = (name, kind, unit, help)
    }

    /// Adds a sample. `suffix` is what the kind of metric wants behind the name: `_total`, `_bucket`.
    mutating func add(_ suffix: String = "", _ labels: Labels = [], _ value: String, exemplar: Exemplar? = nil) {
        samples += name + suffix + (labels.isEmpty ? "" : Self.list(labels)) + " \(value)"
        if let exemplar { samples += " # \(Self.list(exemplar.labels)) \(exemplar.value) \(exemplar.time)" }
        samples += "\n"
    }

    private static func list(_ labels: Labels) -> String {
        "{\(labels.map { "\($0.name)=\"\(escaped(PlainText.line($0.value)))\"" }.joined(separator: ","))}"
    }

    /// The metric's lines; none without a sample.
    var text: String {
        guard !samples.isEmpty else { return "" }
        return "# TYPE \(name) \(kind.rawValue)\n" + (unit.isEmpty ? "" : "# UNIT \(name) \(unit)\n")
            + "# HELP \(name) \(help)\n" + samples
    }

    /// The value of a label, as it stands between the quotes.
    static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
