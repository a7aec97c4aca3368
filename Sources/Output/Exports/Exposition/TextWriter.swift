import LatencyHistogram
import PlainText
import Presentation
import Profile

/// What the text formats have in common: lines of samples.
struct TextWriter {
    private(set) var bytes: [UInt8] = []
    /// What stands behind each value; nil for no time.
    private let time: String?
    private let showsExemplars: Bool

    /// - Parameters:
    ///   - time: behind each value, as the format writes it.
    ///   - showsExemplars: buckets point to slow calls.
    init(time: String?, showsExemplars: Bool) { (self.time, self.showsExemplars) = (time, showsExemplars) }

    mutating func add(_ text: String) { bytes += Array(text.utf8) }

    mutating func add(_ samples: [MetricFamily.Sample], of family: MetricFamily) {
        for sample in samples {
            switch sample.value {
            case .count(let count): add(family.sampleName, sample.labels, String(count))
            case .nanoseconds(let time): add(family.sampleName, sample.labels, DecimalText.exactSeconds(nanoseconds: time))
            case .histogram(let histogram): add(histogram, sample, name: family.name)
            }
        }
    }

    private mutating func add(_ histogram: LatencyHistogram, _ sample: MetricFamily.Sample, name: String) {
        var lower: UInt64?
        for (bound, count) in zip(ClassicBuckets.bounds, ClassicBuckets.cumulativeCounts(of: histogram)) {
            let labels = sample.labels + [MetricLabel("le", ClassicBuckets.label(of: bound))]
            add(name + "_bucket", labels, String(count), exemplar: sample.slowCalls.exemplar(above: lower, to: bound))
            lower = bound
        }
        let labels = sample.labels + [MetricLabel("le", "+Inf")]
        add(name + "_bucket", labels, String(histogram.count), exemplar: sample.slowCalls.exemplar(above: lower, to: nil))
        add(name + "_count", sample.labels, String(histogram.count))
        add(name + "_sum", sample.labels, DecimalText.exactSeconds(nanoseconds: histogram.sum))
    }

    private mutating func add(_ name: String, _ labels: [MetricLabel], _ value: String, exemplar: Exemplar? = nil) {
        var line = name + (labels.isEmpty ? "" : TextWriter.list(labels)) + " " + value
        if let time { line += " " + time }
        if showsExemplars, let exemplar {
            line +=
                " # \(TextWriter.list(exemplar.labels)) \(DecimalText.exactSeconds(nanoseconds: exemplar.nanoseconds)) "
                + DecimalText.exactSeconds(nanoseconds: exemplar.startedAtNanoseconds)
        }
        add(line + "\n")
    }

    private static func list(_ labels: [MetricLabel]) -> String {
        "{\(labels.map { "\($0.name)=\"\(escaped(PlainText.line($0.value)))\"" }.joined(separator: ","))}"
    }

    /// The value of a label, as it stands between the quotes.
    static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else { return value }
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

extension [MetricFamily] {
    /// OpenMetrics 1.0.
    ///
    /// - Parameter time: of all samples, in nanoseconds since 1970; nil for a scrape, whose reader knows the time.
    func openMetricsText(at time: UInt64? = nil) -> [UInt8] {
        var writer = TextWriter(time: time.map { DecimalText.exactSeconds(nanoseconds: $0) }, showsExemplars: true)
        for family in self where !family.samples.isEmpty {
            writer.add("# TYPE \(family.name) \(family.kind.rawValue)\n")
            if !family.unit.isEmpty { writer.add("# UNIT \(family.name) \(family.unit)\n") }
            writer.add("# HELP \(family.name) \(family.help)\n")
            writer.add(family.samples, of: family)
        }
        writer.add("# EOF\n")
        return writer.bytes
    }

    /// The text format of Prometheus, 0.0.4: a metric is declared by the name of its samples, info is a gauge, and there are neither units nor
    /// exemplars. Times are milliseconds.
    func prometheusText(at time: UInt64? = nil) -> [UInt8] {
        var writer = TextWriter(time: time.map { String($0 / 1_000_000) }, showsExemplars: false)
        for family in self where !family.samples.isEmpty {
            let kind = family.kind == .info ? .gauge : family.kind
            writer.add("# HELP \(family.sampleName) \(family.help)\n# TYPE \(family.sampleName) \(kind.rawValue)\n")
            writer.add(family.samples, of: family)
        }
        return writer.bytes
    }
}
