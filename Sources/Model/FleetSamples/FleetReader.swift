package import Comparison
import Glibc
import LatencyHistogram
import Profile
import SyscallTable

/// What is asked of a fleet.
package struct FleetQuestion: Sendable, Hashable {
    package var base, new: HostSelector
    /// Seconds up to the moment of each side.
    package var window: Int
    /// The label that tells hosts apart.
    package var hostLabel: String

    package init(base: HostSelector, new: HostSelector, window: Int = 3600, hostLabel: String = "instance") {
        (self.base, self.new, self.window, self.hostLabel) = (base, new, window, hostLabel)
    }
}

/// Two sides of a fleet, ready for ``Comparer``: a profile for each host, whose boot id is the host's name.
package struct FleetSides: Sendable {
    package var base, new: [ComparedFile]
    package var replication: Replication
    /// Which hosts each side has, and when.
    package var baseSource, newSource: String
    /// What to know before trusting the figures, each a sentence.
    package var warnings: [String]

    /// Compares them.
    package func compare(options: ComparisonOptions) throws(ComparisonError) -> Comparison {
        var comparison = try Comparer.compare(base: base, new: new, options: options, replication: replication)
        (comparison.base.source, comparison.new.source) = (baseSource, newSource)
        comparison.warnings = warnings + comparison.warnings
        return comparison
    }
}

/// Asks a server of Prometheus for both sides. How it is asked is its owner's business.
///
/// The sample is the host, not the scrape: all that a host did in its window is one value of each figure.
package struct FleetReader {
    /// Gives a query, and the moment that it is about (nil: now).
    package typealias Ask = (_ query: String, _ time: Double?) throws -> ServerReply

    private let question: FleetQuestion
    private let queries: FleetQueries
    /// As sentences name it.
    private let server: String
    private let ask: Ask
    private var warnings: [String] = []

    /// Hosts of one query for histograms: some megabytes of answer.
    private static let hostsAtOnce = 10

    /// - Throws: ``FleetError``, and whatever `ask` throws.
    package static func read(_ question: FleetQuestion, from server: String, ask: @escaping Ask) throws -> FleetSides {
        var reader = FleetReader(
            question: question, queries: FleetQueries(hostLabel: question.hostLabel, window: question.window), server: server,
            ask: ask)
        return try reader.samples()
    }

    private init(question: FleetQuestion, queries: FleetQueries, server: String, ask: @escaping Ask) {
        (self.question, self.queries, self.server, self.ask) = (question, queries, server, ask)
    }

    private mutating func answer(_ query: String, at time: Double?) throws -> ServerAnswer {
        let answer = try ServerAnswer.read(try ask(query, time), from: server)
        for warning in answer.warnings.prefix(4) {
            let sentence = "\(server) warns: \(ServerAnswer.shown(warning))"
            if !warnings.contains(sentence) { warnings.append(sentence) }
        }
        return answer
    }

    private mutating func samples() throws -> FleetSides {
        guard let now = try answer("time()", at: nil).scalar, now.isFinite else {
            throw FleetError("\(server) doesn't tell the time (time()), so it is no server of Prometheus. Check the address.")
        }
        var base = FleetSide("BASE", question.base, question.base.moment.seconds(now: now))
        var new = FleetSide("NEW", question.new, question.new.moment.seconds(now: now))
        for side in [base, new] where side.time > now + 60 {
            throw FleetError(
                "\(side.name) ends at \(CalendarTime.text(ofSeconds: side.time)), which lies in the future of \(server): it is "
                    + "\(CalendarTime.text(ofSeconds: now)) there.")
        }
        let (mine, theirs) = (try hosts(of: base), try hosts(of: new))
        var plan = FleetPlan(base: mine, new: theirs)
        warnings += plan.notes
        try describe(&base, plan.base)
        try describe(&new, plan.new)
        plan.drop(base: base.unfit, new: new.unfit)
        guard !plan.base.isEmpty, !plan.new.isEmpty else {
            throw FleetError(
                "No host is left to compare: \((warnings + base.reasons + new.reasons).joined(separator: " ")) Choose another time after @, or a "
                    + "shorter --window.")
        }
        warnings += base.reasons + new.reasons
        try count(&base, plan.base)
        try count(&new, plan.new)
        let resolution = try settleSchemas(&base, &new)
        warnings += doubts(base, new, plan, now: now)
        return FleetSides(
            base: base.files(plan.base, window: question.window), new: new.files(plan.new, window: question.window),
            replication: Replication(unit: .host, isPaired: plan.isPaired, resolution: resolution), baseSource: source(base),
            newSource: source(new), warnings: warnings)
    }

    private func source(_ side: FleetSide) -> String {
        let matchers = side.selector.matchers
        let hosts = matchers.isEmpty ? "all hosts" : "hosts with \(ServerAnswer.shown(matchers))"
        return "\(hosts), the \(FleetSide.span(question.window)) to \(CalendarTime.text(ofSeconds: side.time))"
    }

    // MARK: Hosts

    /// The names of a side's hosts.
    private mutating func hosts(of side: FleetSide) throws -> [String] {
        let found = try answer(queries.hosts(side.selector.matchers), at: side.time).series
        let names = Set(found.compactMap { $0.metric[question.hostLabel] })
        if names.isEmpty, !found.isEmpty {
            throw FleetError(
                "The hosts of \(server) have no label '\(ServerAnswer.shown(question.hostLabel))'. Name one that tells them apart with "
                    + "--host-label; they have \(FleetPlan.list(found[0].metric.keys.sorted(), most: 12)).")
        }
        guard names.isEmpty else { return names.sorted() }
        let kernels = try answer(queries.kernels, at: side.time).series
        let time = CalendarTime.text(ofSeconds: side.time)
        let span = FleetSide.span(question.window)
        guard !kernels.isEmpty else {
            throw FleetError(
                "\(server) has nothing of syslat in the \(span) to \(time) (no syslat_host_info). See that it scrapes `syslat serve` and keeps "
                    + "data for so long, or choose another time after @.")
        }
        let known = kernels.map { "\($0.metric["kernel_release"] ?? "?") (\(Int(exactly: ($0.value ?? 0).rounded()) ?? 0))" }
            .sorted()
        throw FleetError(
            "No host of \(server) fits \(side.name) {\(ServerAnswer.shown(side.selector.matchers))} in the \(span) to \(time). There were then, by "
                + "kernel_release: \(FleetPlan.list(known, most: 8)).")
    }

    /// What the hosts of a side were, whether they were watched all the time, and what was lost.
    private mutating func describe(_ side: inout FleetSide, _ names: [String]) throws {
        for series in try answer(queries.hosts(named: names), at: side.time).series {
            guard let name = series.metric[question.hostLabel] else { continue }
            side.hosts[name, default: FleetHost(name: name, identities: [])].identities.append(series.metric)
        }
        side.scrapes = try numbers(queries.scrapes(names), at: side.time)
        side.lost = try numbers(queries.increase(of: "syslat_lost_calls_total", names), at: side.time)
        side.floors = try numbers(queries.probeFloor(names), at: side.time)
        side.sampling = try numbers(queries.sampling(names), at: side.time)
        side.findUnfit(names)
    }

    /// A number for each host.
    private mutating func numbers(_ query: String, at time: Double) throws -> [String: Double] {
        var found: [String: Double] = [:]
        for series in try answer(query, at: time).series {
            guard let name = series.metric[question.hostLabel], let value = series.value, value.isFinite else { continue }
            found[name] = value
        }
        return found
    }

    // MARK: Histograms

    private mutating func count(_ side: inout FleetSide, _ names: [String]) throws {
        var numbers = 0
        for start in stride(from: 0, to: names.count, by: Self.hostsAtOnce) {
            let some = Array(names[start..<min(start + Self.hostsAtOnce, names.count)])
            for series in try answer(queries.histograms(some), at: side.time).series {
                guard let name = series.metric[question.hostLabel] else { continue }
                if let histogram = series.histogram { side.take(histogram, series.metric, of: name) } else { numbers += 1 }
            }
        }
        guard side.counts.values.allSatisfy(\.isEmpty) else { return }
        let isClassic = try !answer(queries.classic(names), at: side.time).series.isEmpty
        let span = FleetSide.span(question.window)
        if isClassic || numbers > 0 {
            throw FleetError(
                "\(server) has the histograms of \(side.name) as text, with one bucket an octave: that can't tell a change below 100 %. Have it "
                    + "scrape native histograms: --enable-feature=native-histograms up to Prometheus 3.7, `scrape_native_histograms: true` from "
                    + "3.8 on.")
        }
        throw FleetError(
            "\(server) has \(FleetPlan.phrase(names.count, "host", "hosts")) of \(side.name), but no histogram of their calls grew in the \(span) to "
                + "\(CalendarTime.text(ofSeconds: side.time)). It takes two scrapes at least: choose a longer --window, or another time.\(side.brokenSentence)"
        )
    }

    /// Brings all histograms to the widest buckets that any has. Gives their width, in ln.
    private mutating func settleSchemas(_ base: inout FleetSide, _ new: inout FleetSide) throws -> Double {
        let schemas = Set(base.schemas + new.schemas).sorted()
        guard let coarsest = schemas.first else { return NativeCounts.width(ofSchema: 8) }
        if schemas.count > 1 {
            let widths = schemas.map { "\($0)" }.joined(separator: ", ")
            warnings.append(
                "Buckets have different widths (schemas \(widths)): all are compared at schema \(coarsest), the widest. Start all `syslat serve` "
                    + "with the same --native-schema.")
        }
        base.coarsen(to: coarsest)
        new.coarsen(to: coarsest)
        return NativeCounts.width(ofSchema: coarsest)
    }

    // MARK: Doubts

    private func doubts(_ base: FleetSide, _ new: FleetSide, _ plan: FleetPlan, now: Double) -> [String] {
        var found = [base, new].flatMap(\.doubts)
        if abs(base.time - new.time) < Double(question.window), plan.isPaired {
            found.append("The windows of the two sides overlap: what both share can't differ.")
        }
        let day = 86400.0
        let shift = abs(base.time - new.time).truncatingRemainder(dividingBy: day)
        if base.time != new.time {
            if min(shift, day - shift) > max(Double(question.window) / 2, 1800) {
                found.append(
                    "The two sides are of different hours of the day, when the load differs too. Choose times that are whole days or weeks apart."
                )
            }
            found.append("What else changed between the two times looks like the kernel: deployments, load, data.")
        }
        return found
    }
}
