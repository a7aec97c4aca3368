import PlainText
import Presentation
import Profile
import SyscallTable

/// A slow call that a bucket of a histogram points to: `# {pid="4711",tid="4712",file="/var/lib/x.wal"} 0.084 1772368496.789`.
///
/// Source: OpenMetrics 1.0, "Exemplars".
struct Exemplar {
    let labels: [MetricLabel]
    /// The latency, and when the call was entered, since 1970.
    let nanoseconds, startedAtNanoseconds: UInt64

    /// How many characters the names and the values of the labels may have together.
    private static let mostCharacters = 128

    init(_ call: SlowCall) {
        var labels = [MetricLabel("pid", String(call.pid)), MetricLabel("tid", String(call.tid))]
        let name = "file"
        let used = (labels.flatMap { [$0.name, $0.value] } + [name]).reduce(0) { $0 + $1.unicodeScalars.count }
        if let file = call.details.file.map(PlainText.line), !file.isEmpty {
            let end = Exemplar.end(of: Exemplar.withoutQuotes(file), most: Exemplar.mostCharacters - used)
            labels.append(MetricLabel(name, end))
        }
        self.labels = labels
        (nanoseconds, startedAtNanoseconds) = (call.durationNanoseconds, call.startedAtNanoseconds)
    }

    /// prometheus_client (0.26) takes an escaped quote for the end of a value, in exemplars alone: a name of a file would keep a whole page
    /// from being read.
    private static func withoutQuotes(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\"" ? "'" : $0 }))
    }

    /// The end of a path says more than its beginning.
    private static func end(of text: String, most: Int) -> String {
        let scalars = text.unicodeScalars
        return scalars.count <= most ? text : "…" + String(scalars.suffix(most - 1))
    }
}

/// The slow calls that a histogram can point to.
struct Exemplars {
    private struct Key: Hashable {
        var id: SyscallID
        var outcome: Outcome
    }

    /// By falling duration.
    private let calls: [Key: [SlowCall]]

    init(_ slow: SlowCalls?) {
        calls = Dictionary(grouping: slow?.calls ?? []) { Key(id: $0.id, outcome: $0.outcome) }
    }

    /// The calls that ended so, by falling duration.
    func calls(of id: SyscallID, _ outcome: Outcome) -> [SlowCall] { calls[Key(id: id, outcome: outcome)] ?? [] }
}

extension [SlowCall] {
    /// The slowest of the calls that are in a bucket: above the bound below it, and no longer than its own; nil is no bound.
    func exemplar(above lower: UInt64?, to upper: UInt64?) -> Exemplar? {
        first { call in
            lower.map { call.durationNanoseconds > $0 } ?? true && upper.map { call.durationNanoseconds <= $0 } ?? true
        }.map(Exemplar.init)
    }
}
