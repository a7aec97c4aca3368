import Profile
import SyscallTable

/// The cells that decide. They are chosen from BASE alone: what NEW did must not choose the tests that judge it.
struct Family {
    /// In the order in which they are shown.
    var cells: [(subject: Subject, measure: Measure)] = []
    var notGated: [NotGated] = []
    var beside = BesideGate(subjects: [], share: 0, waiting: [])

    private let base: Side
    /// The time of each subject in BASE.
    private var totals: [Subject: Double] = [:]
    private let options: ComparisonOptions
    private let replication: Replication

    /// For each gated figure the calls that take the most time in BASE, of those for which all of its boots have the figure; of a workload
    /// the cases that do, with all of their calls that matter. Cases that wait for another CPU come last: boots of one kernel differ there by
    /// what the machine makes of it. Weights or names of calls choose by those instead. With each call of a
    /// case its operation is gated, untraced: whether the program waits longer shows there alone.
    init(_ base: Side, _ options: ComparisonOptions, _ replication: Replication) throws(ComparisonError) {
        (self.base, self.options, self.replication) = (base, options, replication)
        for boot in base.boots {
            for (subject, data) in boot.subjects { totals[subject, default: 0] += data.total }
        }
        let ranked = totals.keys.sorted(falling: { totals[$0] ?? 0 }, then: { $0 })
        if let weights = options.weights {
            cells.append((ServiceIndex.subject, .time))
            gate([weighted(weights, ranked)], most: 1)
        } else if let names = options.gateCalls {
            gate([try named(names, ranked)], most: 1)
        } else {
            gate(groups(ranked), most: options.top)
        }
        addOperations()
        sort(ranked)
        let gated = Set(cells.map(\.subject))
        let calls = ranked.filter { $0.result != .operation && $0.name != .service }
        func time(_ subjects: [Subject]) -> Double { subjects.reduce(0) { $0 + (totals[$1] ?? 0) } }
        let others = calls.filter { !gated.contains($0) }
        let isChosen = options.weights != nil || options.gateCalls != nil
        let passed = isChosen ? [] : waiting.subtracting(cells.compactMap(\.subject.name.caseName)).sorted()
        beside = BesideGate(subjects: others, share: time(calls) > 0 ? time(others) / time(calls) : 0, waiting: passed)
    }

    /// Gates the first groups that have the figure: of a service for each figure by itself, of a workload the same cases for all figures.
    private mutating func gate(_ groups: [[Subject]], most: Int) {
        let areCases = groups.contains { $0.contains { $0.name.caseName != nil } }
        let able = groups.filter { group in options.gate.contains { !has($0, group).isEmpty } }
        let chosen = areCases ? Array(able.prefix(most)) : groups
        for measure in options.gate {
            var taken = 0
            for group in chosen where taken < most {
                let having = has(measure, group)
                let lacking = group.filter { Cells.measures(of: $0).contains(measure) && !having.contains($0) }
                cells += having.map { ($0, measure) }
                notGated += lacking.map { NotGated(subject: $0, measure: measure) }
                if !having.isEmpty { taken += 1 }
            }
        }
    }

    /// The subjects that have a figure in all boots of BASE, of a fleet in nearly all hosts.
    private func has(_ measure: Measure, _ subjects: [Subject]) -> [Subject] {
        subjects.filter { subject in
            guard Cells.measures(of: subject).contains(measure) else { return false }
            let able = base.boots.count { $0.subjects[subject]?[measure] != nil }
            return able > 0 && Double(able) >= replication.leastShare * Double(base.boots.count)
        }
    }

    /// Each call of a service by itself; of a workload the operation of each case, and its calls that take at least a tenth of its time, with
    /// the cases that wait for another CPU behind all others.
    private func groups(_ ranked: [Subject]) -> [[Subject]] {
        var cases: [String: [Subject]] = [:]
        for subject in ranked {
            if let name = subject.name.caseName { cases[name, default: []].append(subject) }
        }
        func time(_ subjects: [Subject]) -> Double {
            subjects.filter { $0.result != .operation }.reduce(0) { $0 + (totals[$1] ?? 0) }
        }
        func mattering(_ name: String) -> [Subject] {
            let subjects = cases[name] ?? []
            let least = time(subjects) / 10
            return subjects.filter { $0.result == .operation || (totals[$0] ?? 0) >= least }
        }
        let names = cases.keys.sorted(falling: { time(cases[$0] ?? []) }, then: { $0 })
        let ofCases = (names.filter { !waiting.contains($0) } + names.filter { waiting.contains($0) }).map { name -> [Subject] in
            let subjects = cases[name] ?? []
            let least = time(subjects) / 10
            return subjects.filter { $0.result == .operation || (totals[$0] ?? 0) >= least }
        }
        return ofCases + ranked.filter { $0.name.caseName == nil && $0.name != .service }.map { [$0] }
    }

    /// The cases whose calls wait for another CPU.
    private var waiting: Set<String> {
        Set(base.profiles.flatMap { $0.workload?.cases.filter(\.waitsForOtherCPU).map(\.name) ?? [] })
    }

    private mutating func addOperations() {
        let gated = Set(cells.compactMap { $0.measure == .untraced ? $0.subject : nil })
        for caseName in Set(cells.compactMap(\.subject.name.caseName)).sorted() {
            let operation = Subject(.workloadCase(caseName), .operation)
            if !gated.contains(operation), base.values(operation, { $0[.untraced] }) != nil { cells.append((operation, .untraced)) }
        }
    }

    /// The calls that a service spends the most time in: all cases of each.
    private func weighted(_ weights: ServiceWeights, _ ranked: [Subject]) -> [Subject] {
        var chosen: [Subject] = []
        var calls = 0
        for entry in weights.entries where calls < options.top {
            let found = ranked.filter { entry.isMeant(by: $0) }
            chosen += found
            if !found.isEmpty { calls += 1 }
        }
        return chosen
    }

    /// The calls with these names: where a case makes them in several ways, those that take at least a tenth of their time.
    private func named(_ names: [String], _ ranked: [Subject]) throws(ComparisonError) -> [Subject] {
        let arch = base.profiles.first?.host.arch ?? ""
        var chosen: [Subject] = []
        for name in names {
            let found = ranked.filter { $0.name.callID?.label(arch: arch) == name }
            guard !found.isEmpty else {
                throw ComparisonError("BASE has no call of \(name), so it can't be gated. Leave it out of --gate-calls.")
            }
            chosen += found.filter { subject in
                let alike = found.filter { $0.name.caseName == subject.name.caseName }
                let all = alike.reduce(0.0) { $0 + (totals[$1] ?? 0) }
                return (totals[subject] ?? 0) >= all / 10
            }
        }
        return chosen
    }

    /// By falling time in BASE; the operation of a case stands before its calls, which stand together.
    private mutating func sort(_ ranked: [Subject]) {
        let places = Dictionary(uniqueKeysWithValues: ranked.enumerated().map { ($1, $0) })
        let measures = Dictionary(uniqueKeysWithValues: Measure.allCases.enumerated().map { ($1, $0) })
        var first: [String: Int] = [:]
        for (subject, _) in cells {
            guard let name = subject.name.caseName, let place = places[subject] else { continue }
            first[name] = min(first[name] ?? .max, place)
        }
        func place(_ subject: Subject, _ measure: Measure) -> (Int, Int, Int) {
            let own = subject.name == .service ? -1 : places[subject] ?? -1
            let group = subject.name.caseName.flatMap { first[$0] } ?? own
            return (group, subject.result == .operation ? -1 : own, measures[measure] ?? .max)
        }
        cells.sort { place($0.subject, $0.measure) < place($1.subject, $1.measure) }
        notGated.sort { place($0.subject, $0.measure) < place($1.subject, $1.measure) }
    }
}
