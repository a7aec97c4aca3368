import Profile

/// The cells that decide. They are chosen from BASE alone: what NEW did must not choose the tests that judge it.
struct Family {
    /// In the order in which they are shown.
    var cells: [(subject: Subject, measure: Measure)] = []
    var notGated: [NotGated] = []

    /// For each gated figure the subjects that take the most time in BASE, of those for which all of its boots have the figure.
    init(_ base: Side, _ options: ComparisonOptions) {
        var totals: [Subject: Double] = [:]
        for boot in base.boots {
            for (subject, data) in boot.subjects { totals[subject, default: 0] += data.total }
        }
        let ranked = totals.keys.sorted(falling: { totals[$0] ?? 0 }, then: { $0 })
        for measure in options.gate {
            let candidates = ranked.filter { Cells.measures(of: $0).contains(measure) }
            var taken = 0
            for subject in candidates where taken < options.top {
                if base.values(subject, { $0[measure] }) != nil {
                    cells.append((subject, measure))
                    taken += 1
                } else {
                    notGated.append(NotGated(subject: subject, measure: measure))
                }
            }
        }
        let places = Dictionary(uniqueKeysWithValues: ranked.enumerated().map { ($1, $0) })
        let measures = Dictionary(uniqueKeysWithValues: Measure.allCases.enumerated().map { ($1, $0) })
        func place(_ subject: Subject, _ measure: Measure) -> (Int, Int) {
            (places[subject] ?? .max, measures[measure] ?? .max)
        }
        cells.sort { place($0.subject, $0.measure) < place($1.subject, $1.measure) }
        notGated.sort { place($0.subject, $0.measure) < place($1.subject, $1.measure) }
    }
}
