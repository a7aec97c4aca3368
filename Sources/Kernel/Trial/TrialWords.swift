/// Texts: the unit, the question before a trial, the status, and the record.
extension TrialPlan {
    package static let unitName = "syslat-trial.service"

    /// The unit of systemd that runs a step after each boot, when everything else has been started.
    package var unit: String {
        var after = "multi-user.target"
        if case .service(let unit, _) = measurement { after += " \(unit)" }
        return """
            [Unit]
            Description=syslat: the next step of the trial in \(folder)
            Documentation=man:syslat(1)
            After=\(after)
            RequiresMountsFor=\(folder) \(program)

            [Service]
            Type=oneshot
            ExecStart=\(program) trial step
            # Each measurement has its own limit.
            TimeoutStartSec=infinity
            TimeoutStopSec=10

            [Install]
            WantedBy=multi-user.target

            """
    }

    /// How long a measurement may take before it is given up, in seconds.
    package var limitSeconds: UInt64 {
        switch measurement {
        case .bench: 3600
        case .service(_, let seconds): seconds + 600
        }
    }

    package var measurementText: String {
        switch measurement {
        case .bench(let arguments): (["syslat bench"] + arguments).joined(separator: " ")
        case .service(let unit, let seconds): "syslat profile of \(unit) for \(TrialPlan.duration(seconds))"
        }
    }

    /// What will happen, for the question before it does.
    /// - Parameter entries: of the kernels, as the loader has them.
    package func announcement(entries: [BootEntry]) -> String {
        let count = plannedBoots.count
        var text = """
            \(count) boots of this machine: \(boots) of each kernel, taking turns, then the usual kernel \(usual).
            Each boot: wait \(TrialPlan.duration(settleSeconds)), then \(measurementText).
            Profiles and comparison: \(folder)
            Chosen with \(loader == .grub ? "grub-reboot" : "bootctl set-oneshot"), for one boot at a time. The default entry stays as it is.

            """
        let quiet = kernels.filter { kernel in
            entries.first { $0.id == kernel.entry }.map { !$0.rebootsAfterPanic } ?? true
        }
        if !quiet.isEmpty {
            text += """
                The command line of \(quiet.map(\.release).joined(separator: " and ")) has no panic=SECONDS: a kernel that panics may stay there \
                until somebody resets the machine. The same goes for one that hangs, unless a watchdog resets it. The usual kernel comes then, \
                and the trial goes on.

                """
        }
        return text
    }

    /// `90 s`, `10 min`
    static func duration(_ seconds: UInt64) -> String {
        seconds >= 60 && seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
    }
}

extension TrialState {
    /// One line for each boot, for people.
    package var statusText: String {
        let boots = plan.plannedBoots
        let outcomes = boots.map { outcome(of: $0.index) }
        let measured = outcomes.count { $0 == .measured }
        let given = outcomes.count { if case .givenUp = $0 { true } else { false } }
        var text = "\(measured) of \(boots.count) boots measured"
        if given > 0 { text += ", \(given) given up" }
        text += ". \(phaseText)\nUsual kernel: \(plan.usual). Profiles: \(plan.folder)\n"
        for (boot, outcome) in zip(boots, outcomes) {
            text += "  \(boot.index + 1)  \(boot.kernel.release)  \(words(outcome, boot))\n"
            if outcome != .measured, failures(of: boot.index).isEmpty { continue }
            for failure in failures(of: boot.index) { text += "       failed: \(failure.why ?? "")\n" }
        }
        return text
    }

    private func words(_ outcome: TrialOutcome, _ boot: TrialPlan.Boot) -> String {
        switch outcome {
        case .measured: boot.fileName
        case .givenUp(let attempts, _): "given up after \(attempts) attempts"
        case .waiting: events.contains { $0.kind == .ending } ? "not made" : underWay == boot.index ? "under way" : "to come"
        }
    }

    /// The boot that was chosen or is being measured.
    private var underWay: Int? {
        guard let last = events.last, last.kind == .armed || last.kind == .began else { return nil }
        return last.boot
    }

    private var phaseText: String {
        guard let last = events.last else { return "It has not begun." }
        if let ending = events.first(where: { $0.kind == .ending }) {
            return ending.why.map { "It ended early: \($0)." } ?? "All boots have been made."
        }
        switch last.kind {
        case .armed: return "The machine is about to boot."
        case .began: return "A measurement is under way."
        default: return "The next boot is about to be chosen."
        }
    }
}
