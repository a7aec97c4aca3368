/// What a machine is like when the next step of a trial is taken.
package struct TrialSituation: Hashable, Sendable {
    package var bootID: String
    /// Of the running kernel.
    package var release: String
    /// SHA-256 of the running syslat.
    package var programHash: String
    /// The indexes of the planned boots that have their profiles.
    package var profiles: Set<Int>

    package init(bootID: String, release: String, programHash: String, profiles: Set<Int>) {
        (self.bootID, self.release, self.programHash, self.profiles) = (bootID, release, programHash, profiles)
    }
}

/// What is done next.
package enum TrialAction: Hashable, Sendable {
    /// Write this into the journal. After `began`, measure and save the profile.
    case record(TrialEvent.Kind, boot: Int?, why: String?)
    /// Choose this boot's kernel for the next boot alone, and reboot.
    case bootOnce(boot: Int)
    /// Choose nothing, and reboot: the usual kernel comes.
    case goBack
    /// Compare, and leave the machine as it was.
    case conclude
}

/// What became of a planned boot.
package enum TrialOutcome: Hashable, Sendable {
    case waiting
    case measured
    /// After so many attempts, with the reason of the last one.
    case givenUp(attempts: Int, why: String)
}

extension TrialState {
    /// The state machine: what has happened, and where it finds itself, give what is done next. Every reboot is announced in the journal and
    /// their number is limited, so there is no circle.
    package func next(in now: TrialSituation) -> TrialAction {
        if events.contains(where: { $0.kind == .ending }) { return ending(in: now) }
        if now.programHash != plan.programHash {
            return .record(.ending, boot: nil, why: "\(plan.program) is another program than the one that began the trial")
        }
        guard let last = events.last, let boot = last.boot else { return beginning(in: now) }
        switch last.kind {
        case .armed: return armed(boot, last, in: now)
        case .began:
            // The profile gets its name when it is whole: the power may have been cut before that was written down.
            if now.profiles.contains(boot) { return .record(.measured, boot: boot, why: nil) }
            let why =
                last.bootID == now.bootID
                ? "the measurement was broken off" : "the machine went down during the measurement: a panic, a reset or a power cut"
            return .record(.failed, boot: boot, why: why)
        case .measured, .failed, .ending, .returning: return beginning(in: now)
        }
    }

    private func armed(_ boot: Int, _ last: TrialEvent, in now: TrialSituation) -> TrialAction {
        guard last.bootID != now.bootID else { return .bootOnce(boot: boot) }
        let wanted = plan.plannedBoots[boot].kernel.release
        guard now.release != wanted else { return .record(.began, boot: boot, why: nil) }
        return .record(
            .failed, boot: boot,
            why:
                "\(now.release) came up instead: the kernel panicked or hung and the machine was reset, or the power was cut before"
        )
    }

    /// The next planned boot that has no outcome, or the end.
    private func beginning(in now: TrialSituation) -> TrialAction {
        if let boot = plan.plannedBoots.first(where: { outcome(of: $0.index) == .waiting }) {
            return .record(.armed, boot: boot.index, why: nil)
        }
        return .record(.ending, boot: nil, why: nil)
    }

    /// Goes back to the usual kernel, twice at most: somebody may have made another one the default meanwhile.
    private func ending(in now: TrialSituation) -> TrialAction {
        guard now.release != plan.usual else { return .conclude }
        let returns = events.filter { $0.kind == .returning }
        if returns.last?.bootID == now.bootID { return .goBack }
        return returns.count < 2 ? .record(.returning, boot: nil, why: nil) : .conclude
    }

    /// What became of a planned boot.
    package func outcome(of boot: Int) -> TrialOutcome {
        if events.contains(where: { $0.kind == .measured && $0.boot == boot }) { return .measured }
        let failures = failures(of: boot)
        guard failures.count >= TrialPlan.mostAttempts, let last = failures.last else { return .waiting }
        return .givenUp(attempts: failures.count, why: last.why ?? "")
    }

    /// The attempts at a planned boot that gave no profile.
    package func failures(of boot: Int) -> [TrialEvent] { events.filter { $0.kind == .failed && $0.boot == boot } }

    /// Why no more boots are made; nil while they are, and where all of them were made.
    package var endedEarly: String? { events.first { $0.kind == .ending }?.why }
}
