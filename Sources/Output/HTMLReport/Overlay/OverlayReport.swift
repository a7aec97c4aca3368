import Graphics
import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// Several profiles on one page: their figures below each other, and a curve for each on the same axes. It describes; `syslat compare` decides.
enum OverlayReport {
    /// Of so many profiles each has a colour and a dash pattern of its own.
    private static let stylesOfCurves = 6

    private struct Call {
        var name: String
        /// One for each profile; nil where it has no such call.
        var calls: [CallProfile?]
        var totalNanoseconds: UInt64
    }

    static func render(_ profiles: [HTMLReport.Named]) -> [UInt8] {
        let calls = calls(of: profiles)
        return PageFrame.page(titled: "syslat: \(profiles.count) profiles") { html in
            html.element(.header) { header in
                header.element(.h1, text: "System calls of \(profiles.count) profiles")
                for (index, profile) in profiles.enumerated() { facts(profile, index, in: &header) }
            }
            html.element(.main) { main in
                for profile in profiles { warnings(of: profile, in: &main) }
                if profiles.isEmpty || calls.isEmpty {
                    main.element(.p, [.class("lead")], text: "No call completed in any of them.")
                }
                table(calls, profiles, in: &main)
                chapters(calls, profiles, in: &main)
            }
        }
    }

    /// The calls of all profiles by the name that they have on their own hosts, those first that took the most time in all of them.
    private static func calls(of profiles: [HTMLReport.Named]) -> [Call] {
        var places: [String: Int] = [:]
        var calls: [Call] = []
        for (index, named) in profiles.enumerated() {
            for call in named.profile.calls {
                let name = call.id.label(on: named.profile.host)
                let place = places[name] ?? calls.count
                if place == calls.count {
                    places[name] = place
                    calls.append(Call(name: name, calls: profiles.map { _ in nil }, totalNanoseconds: 0))
                }
                calls[place].calls[index] = call
                calls[place].totalNanoseconds = calls[place].totalNanoseconds.addingClipped(call.distribution.sum)
            }
        }
        return calls.sorted(falling: \.totalNanoseconds, then: \.name)
    }

    private static func facts(_ named: HTMLReport.Named, _ index: Int, in html: inout HTML) {
        html.element(.h2) { title in
            title.append(sample(index))
            title.element(.bdi, text: named.name)
        }
        html.element(.dl, [.class("facts")]) { facts in
            for (name, value) in [("Target", named.profile.capture.scope)] + HeaderSection.facts(named.profile) {
                facts.element(.div) { pair in
                    pair.element(.dt, text: name)
                    pair.element(.dd) { $0.element(.bdi, text: value) }
                }
            }
        }
    }

    /// The line by which a profile is known in the plots.
    private static func sample(_ index: Int) -> HTML {
        var html = HTML()
        html.element(.svg, [.class("ln"), .with(.viewBox, "0 0 34 10"), .with(.isHidden, "true")]) { svg in
            svg.empty(.path, [.class("cv c\(index % stylesOfCurves)"), .with(.d, "M1 5h32")])
        }
        return html
    }

    private static func warnings(of named: HTMLReport.Named, in html: inout HTML) {
        var profile = named.profile
        let sentences = Warning.all(of: profile)
        guard !sentences.isEmpty else { return }
        profile.capture.warnings = []
        html.element(.section, [.class("warnings")]) { section in
            for warning in sentences {
                section.element(.p, [.class(warning.severity == .problem ? "problem" : "caution")]) { line in
                    line.element(.strong) { $0.element(.bdi, text: named.name) }
                    line.text(": \(warning.sentence)")
                }
            }
        }
    }

    private static func table(_ calls: [Call], _ profiles: [HTMLReport.Named], in html: inout HTML) {
        guard !calls.isEmpty else { return }
        var rows: [DataTable.Row] = []
        for (index, call) in calls.enumerated() {
            var link = HTML()
            link.element(.a, [.link(to: HTML.Anchor("call", index))], text: call.name)
            rows.append(DataTable.Row(cells: [.content(link)] + [DataTable.Cell](repeating: .text(""), count: 8), isHeading: true))
            for (number, (named, found)) in zip(profiles, call.calls).enumerated() { rows.append(row(named, found, number)) }
        }
        html.element(.section) { section in
            section.element(.h2, text: "Calls")
            DataTable(
                caption: "Each call with a row for each profile.", style: "words",
                columns: [.init(title: "Call, profile", isText: true)]
                    + (["Calls", "Errors", "Calls/s", "Total"] + Percentile.allCases.prefix(3).map(\.label) + ["Max"]).map {
                        .init(title: $0)
                    },
                rows: rows, isSortable: false
            ).add(to: &section)
        }
        html.newline()
    }

    private static func row(_ named: HTMLReport.Named, _ call: CallProfile?, _ number: Int) -> DataTable.Row {
        var name = HTML()
        name.append(sample(number))
        name.element(.bdi, text: named.name)
        guard let call else {
            return DataTable.Row(cells: [.content(name)] + [DataTable.Cell](repeating: .none, count: 8), isIndented: true)
        }
        let figures = LatencyFigures(call.distribution)
        let rate = HumanFormat.rate(call.calls, inNanoseconds: named.profile.capture.durationNanoseconds)
        return DataTable.Row(
            cells: [
                .content(name), .count(call.calls), .count(call.errors), rate.map { .text($0) } ?? .none,
                .duration(call.distribution.sum),
            ] + Percentile.allCases.prefix(3).map { .duration(figures?[$0]) } + [.duration(figures?.maximum)], isIndented: true)
    }

    private static func chapters(_ calls: [Call], _ profiles: [HTMLReport.Named], in html: inout HTML) {
        html.element(.section, [.class("chapters")]) { section in
            section.element(.h2, text: "Call by call")
            for (index, call) in calls.enumerated() {
                section.element(.details, index == 0 ? [.with(.open, "")] : []) { details in
                    details.element(.summary) { $0.element(.strong) { $0.element(.bdi, text: call.name) } }
                    details.element(.div, [.anchor(HTML.Anchor("call", index)), .class("plots")]) { plots in
                        let curves = zip(profiles, call.calls).map {
                            PercentilePlot.Curve(name: $0.name, distribution: $1?.distribution ?? LatencyHistogram())
                        }
                        CallChapters.figure(
                            &plots, "Share of the calls by latency",
                            OverlayPlot.draw(curves, named: call.name))
                        CallChapters.figure(
                            &plots, "Latency by percentile",
                            PercentilePlot.draw(curves, named: call.name))
                    }
                    details.element(.p, [.class("key")]) { key in
                        for (number, named) in profiles.enumerated() {
                            key.element(.span, [.class("k")]) {
                                $0.append(sample(number))
                                $0.element(.bdi, text: named.name)
                            }
                        }
                    }
                }
                section.newline()
            }
        }
    }
}

/// The distributions of several profiles as outlines, each of its own calls.
enum OverlayPlot {
    private static let (width, height) = (420.0, 206.0)
    private static let (left, right, top, bottom) = (54.0, 412.0, 12.0, 188.0)

    static func draw(_ curves: [PercentilePlot.Curve], named name: String) -> Drawing {
        let whole = curves.reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
        var drawing = Drawing(width: width, height: height, title: "Distributions of \(name)")
        let bins = LatencyBins(over: whole, most: 64)
        let across = LogScale(
            from: LatencyBins.place(bins.edges[0]), to: LatencyBins.place(bins.edges[bins.count]), start: left, end: right)
        // The rarest share that is told from none is a millionth.
        let up = LogScale(from: 1e-4, to: 100, start: bottom, end: top)
        drawing.horizontalAxis(across.timeTicks(room: 42), top: top, bottom: bottom, from: left, to: right)
        let shares = [0.001, 0.01, 0.1, 1, 10, 100].map {
            Tick(position: up.position($0), label: "\($0 < 1 ? Coordinate.share($0) : String(Int($0))) %")
        }
        drawing.verticalAxis(shares, left: left, right: right)
        for (index, curve) in curves.enumerated() where !curve.distribution.isEmpty {
            var path = PathData()
            let counts = bins.counts(curve.distribution)
            for (bin, count) in counts.enumerated() {
                let share = Double(count) / Double(curve.distribution.count) * 100
                let y = count == 0 ? bottom : up.position(share).rounded()
                let (from, to) = (
                    across.position(LatencyBins.place(bins.edges[bin])), across.position(LatencyBins.place(bins.edges[bin + 1]))
                )
                if path.isEmpty { path.move(from, bottom) }
                path.line(from, y)
                path.line(to, y)
            }
            path.line(right, bottom)
            drawing.path(path, "cv c\(index % 6)")
        }
        return drawing
    }
}

extension Coordinate {
    /// `0.01`: a share of less than one percent, which is a power of ten.
    fileprivate static func share(_ value: Double) -> String { value < 0.005 ? "0.001" : value < 0.05 ? "0.01" : "0.1" }
}
