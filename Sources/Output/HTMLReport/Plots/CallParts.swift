import LatencyHistogram
import Profile

/// The calls of a row by how they went, each part with a colour and a lane of its own.
struct CallParts {
    struct Part {
        /// The word of the glossary, which is the name of its style too.
        let name: String
        let distribution: LatencyHistogram
    }

    let parts: [Part]

    /// A call that fails at once looks like a fast mode of its own: errors are therefore a part, whatever their outcome.
    init(_ call: CallProfile) {
        func succeeded(_ outcome: Outcome) -> LatencyHistogram {
            call.series.mergedDistribution { $0.outcome == outcome && !$0.failed }
        }
        let all =
            Outcome.allCases.map { Part(name: $0.name, distribution: succeeded($0)) }
            + [Part(name: "failed", distribution: call.series.mergedDistribution { $0.failed })]
        parts = all.filter { !$0.distribution.isEmpty }
    }
}
