import Graphics
import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// Several profiles on one page: their figures below each other, and a curve for each on the same axes. It describes; `syslat compare` decides.
enum OverlayReport {
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
            title.append(CurveKey.sample(index))
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
            rows.append(
                DataTable.Row(
                    cells: [.content(link)] + [DataTable.Cell](repeating: .text(""), count: titles.count), isHeading: true))
            let first = profiles.isEmpty ? nil : timePerSecond(profiles[0], call.calls[0])
            for (number, (named, found)) in zip(profiles, call.calls).enumerated() {
                rows.append(row(named, found, number, first: number == 0 ? nil : first))
            }
        }
        html.element(.section) { section in
            section.element(.h2, text: "Calls")
            DataTable(
                caption: "Each call with a row for each profile. Change: of the time per second, against the first profile.",
                style: "words",
                columns: [.init(title: "Call, profile", isText: true)] + titles.map { .init(title: $0) },
                rows: rows, isSortable: false
            ).add(to: &section)
        }
        html.newline()
    }

    private static let titles =
        ["Total/s", "Change"] + Percentile.allCases.prefix(3).map(\.label) + ["Max", "Calls", "Calls/s", "Errors"]

    /// The time of a call in each second, in nanoseconds; nil of a profile without the call, or without a duration.
    private static func timePerSecond(_ named: HTMLReport.Named, _ call: CallProfile?) -> Double? {
        let duration = named.profile.capture.durationNanoseconds
        return call.flatMap { duration > 0 ? Double($0.distribution.sum) / Double(duration) * 1e9 : nil }
    }

    private static func row(_ named: HTMLReport.Named, _ call: CallProfile?, _ number: Int, first: Double?) -> DataTable.Row {
        var name = HTML()
        name.append(CurveKey.sample(number))
        name.element(.bdi, text: named.name)
        guard let call else {
            return DataTable.Row(
                cells: [.content(name)] + [DataTable.Cell](repeating: .none, count: titles.count), isIndented: true)
        }
        let figures = LatencyFigures(call.distribution)
        let rate = HumanFormat.rate(call.calls, inNanoseconds: named.profile.capture.durationNanoseconds)
        let time = timePerSecond(named, call)
        let change = first.flatMap { first in time.flatMap { DiffWords.change(first, $0) } }
        return DataTable.Row(
            cells: [
                .content(name), time.map { .text(HumanFormat.quantity(nanoseconds: $0).spaced) } ?? .none,
                change.map { .text($0.spaced) } ?? .none,
            ] + Percentile.allCases.prefix(3).map { .duration(figures?[$0]) } + [
                .duration(figures?.maximum), .count(call.calls), rate.map { .text($0) } ?? .none, .count(call.errors),
            ], isIndented: true)
    }

    private static func chapters(_ calls: [Call], _ profiles: [HTMLReport.Named], in html: inout HTML) {
        html.element(.section, [.class("chapters")]) { section in
            section.element(.h2, text: "Call by call")
            for (index, call) in calls.enumerated() {
                section.element(.details, index == 0 ? [.with(.open, "")] : []) { details in
                    details.element(.summary) { $0.element(.strong) { $0.element(.bdi, text: call.name) } }
                    let curves = zip(profiles, call.calls).map {
                        PercentilePlot.Curve(name: $0.name, distribution: $1?.distribution ?? LatencyHistogram())
                    }
                    OverlayPlot.add(curves, named: call.name, anchor: HTML.Anchor("call", index), to: &details)
                    CurveKey.add(to: &details, profiles.map(\.name))
                }
                section.newline()
            }
        }
    }
}
