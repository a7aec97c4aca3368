import Graphics
import Presentation
import Profile

/// What was measured, for how long, on what.
enum HeaderSection {
    static func add(to html: inout HTML, _ context: PageContext) {
        let capture = context.profile.capture
        html.element(.header) { header in
            header.element(.h1) { title in
                title.text("System calls of ")
                title.element(.bdi, text: capture.scope.isEmpty ? "an unknown target" : capture.scope)
            }
            header.element(.dl, [.class("facts")]) { facts in
                for (name, value) in Self.facts(context.profile) {
                    facts.element(.div) { pair in
                        pair.element(.dt, text: name)
                        pair.element(.dd) { $0.element(.bdi, text: value) }
                    }
                }
            }
        }
        html.newline()
    }

    static func facts(_ profile: Profile) -> [(String, String)] {
        let (capture, host) = (profile.capture, profile.host)
        let start = Timestamp.readable(nanosecondsSince1970: capture.startedAtNanoseconds)
        var facts = [("Recorded", "\(HumanFormat.duration(nanoseconds: capture.durationNanoseconds)) from \(start)")]
        if let command = capture.command {
            let status = capture.exitStatus.map { " (exit status \($0))" } ?? ""
            facts.append(("Command", command.map(ShellText.quoted).joined(separator: " ") + status))
        }
        if let selection = capture.selection { facts.append(("Calls", selection)) }
        if let sampling = capture.sampling {
            let mark = SamplingText.mark(sampling)
            facts.append(("Sampling", "S\(mark.dropFirst()). \(SamplingText.explanation)"))
        }
        facts.append(("Kernel", joined(["Linux \(host.kernelRelease)", host.arch, host.kernelVersion])))
        let processors = host.onlineCPUs > 0 ? "\(HumanFormat.count(UInt64(host.onlineCPUs), "CPU", "CPUs"))" : ""
        facts.append(("Host", joined([host.cpuModel, processors, "clock source \(host.clocksource)"])))
        let tool = profile.tool.hasPrefix("syslat") ? profile.tool : "syslat \(profile.tool)"
        facts.append(("Made by", tool))
        return facts
    }

    private static func joined(_ parts: [String]) -> String { parts.filter { !$0.isEmpty }.joined(separator: " · ") }
}

/// What the reader must know before trusting the figures, above all of them.
enum WarningsSection {
    static func add(to html: inout HTML, _ profile: Profile) {
        let warnings = Warning.all(of: profile)
        guard !warnings.isEmpty else { return }
        html.element(.section, [.class("warnings"), .with(.label, "Warnings")]) { section in
            for warning in warnings {
                section.element(.p, [.class(warning.severity == .problem ? "problem" : "caution")]) { line in
                    line.element(.strong, text: warning.severity == .problem ? "Problem: " : "Caution: ")
                    line.text(warning.sentence)
                }
            }
        }
        html.newline()
    }
}

/// The whole capture in a few large figures.
enum SummarySection {
    static func add(to html: inout HTML, _ context: PageContext) {
        guard !context.profile.calls.isEmpty else { return }
        let profile = context.profile
        let sum = TableRow(sumOf: context.rows, name: "total")
        let rate = HumanFormat.rate(sum.calls, inNanoseconds: profile.capture.durationNanoseconds)
        html.element(.section, [.class("cards"), .with(.label, "Summary")]) { cards in
            card(
                &cards, HumanFormat.count(sum.calls, fitting: 13), "calls completed",
                (rate.map { "\($0) a second; " } ?? "") + "\(HumanFormat.percentage(sum.errors, of: sum.calls)) returned an error")
            let time = sum.meanNanoseconds == nil ? "–" : HumanFormat.duration(nanoseconds: sum.totalNanoseconds)
            card(&cards, time, "total time in calls", outcomes(sum.times), OutcomeBar.draw(sum.times, isStretched: true))
            accounts(profile, in: &cards)
            if let floor = profile.capture.probeFloorNanoseconds {
                card(
                    &cards, HumanFormat.duration(nanoseconds: floor), "probe floor",
                    "a call that does nothing reads as this: it is in every latency")
            }
            let own = HumanFormat.duration(nanoseconds: profile.capture.consumerCPUNanoseconds)
            card(
                &cards, own, "CPU time of syslat itself",
                profile.capture.sampling.flatMap(SamplingText.budget) ?? "while it recorded")
        }
        html.newline()
    }

    private static func accounts(_ profile: Profile, in cards: inout HTML) {
        let (balance, lost) = (profile.balance, profile.balance.lost.addingClipped(profile.requests?.lost ?? 0))
        guard balance.entered > 0 || balance.completed > 0 else { return }
        let open = [balance, profile.requests].compactMap { $0 }.filter { !$0.closes }
        let isSound = open.isEmpty
        let words =
            isSound && lost == 0
            ? "every call that entered is accounted for"
            : isSound
                ? "of \(HumanFormat.count(balance.entered)) that entered; see the warnings"
                : open.allSatisfy(\.isBeyondCounting) ? "so many calls cannot be checked" : "the balance does not close"
        card(&cards, HumanFormat.count(lost, fitting: 13), "calls lost", words)
    }

    private static func outcomes(_ times: OutcomeTimes) -> String {
        let parts = [("ran", times.ran), ("preempted", times.preempted), ("blocked", times.blocked)].filter { $0.1 > 0 }
        let whole = parts.reduce(UInt64(0)) { $0.addingClipped($1.1) }
        return parts.map { "\(HumanFormat.percentage($0.1, of: whole)) \($0.0)" }.joined(separator: ", ")
    }

    private static func card(_ cards: inout HTML, _ figure: String, _ name: String, _ words: String, _ bar: HTML? = nil) {
        cards.element(.div, [.class("card")]) { card in
            card.element(.strong, text: figure)
            card.element(.span, text: name)
            if let bar { card.append(bar) }
            card.element(.p, text: words)
        }
    }
}

extension UInt64 {
    /// The sum, or the largest number.
    func addingClipped(_ other: UInt64) -> UInt64 { self > .max - other ? .max : self + other }
}
