/// What a trial needs of a machine. Everything that writes is complete and on disk when it returns, or did not happen.
package protocol TrialMachine: AnyObject {
    var bootID: String { get }
    var release: String { get }
    var programHash: String { get }
    /// Seconds since 1970.
    var now: UInt64 { get }

    /// nil if there is no trial.
    func readState() throws -> [UInt8]?
    func writeState(_ bytes: [UInt8]) throws
    /// Keeps it under another name, as the last trial.
    func retireState() throws

    /// A unit of systemd that runs a step after each boot.
    func installUnit(_ plan: TrialPlan) throws
    func removeUnit() throws

    /// Chooses an entry for the next boot alone. The loader forgets it before it boots the kernel.
    func chooseOnce(_ kernel: TrialPlan.Kernel, _ loader: BootLoaderKind) throws
    func chooseNothing(_ loader: BootLoaderKind) throws
    /// Returns while the machine goes down.
    func reboot() throws

    func hasProfile(_ boot: TrialPlan.Boot, _ plan: TrialPlan) -> Bool
    /// Waits until the machine has settled, and saves a profile.
    /// - Throws: `TrialError` if it can't; the trial goes on.
    func measure(_ boot: TrialPlan.Boot, _ plan: TrialPlan) throws
    /// Puts the comparison and the record of the trial beside the profiles.
    /// - Throws: `TrialError` if it can't; the trial ends all the same.
    func conclude(_ state: TrialState) throws
}

/// Begins a trial, goes on with it after each boot, and ends it.
package struct TrialRunner<Machine: TrialMachine> {
    package enum Result: Hashable, Sendable {
        /// The machine goes down.
        case rebooting
        /// The trial is over. With what could not be written.
        case ended(complaint: String?)
        /// There is none.
        case noTrial
    }

    package let machine: Machine

    package init(_ machine: Machine) { self.machine = machine }

    /// Begins a trial: the machine goes down. Everything has been checked before.
    package func start(_ plan: TrialPlan) throws -> Result {
        // In this order: a unit that finds no state removes itself, and a state without a unit would go on being there.
        try machine.installUnit(plan)
        do {
            try machine.writeState(try TrialState(plan).encoded())
        } catch let error as TrialError {
            try? machine.removeUnit()
            throw error
        }
        do { return try step() } catch let error as TrialError {
            _ = try? abort()
            throw error
        }
    }

    /// Does what can be done in this boot.
    package func step() throws -> Result {
        guard let bytes = try machine.readState() else {
            try machine.removeUnit()
            return .noTrial
        }
        var state = try TrialState(decoding: bytes)
        while true {
            switch state.next(in: situation(of: state.plan)) {
            case .record(let kind, let boot, let why):
                try record(kind, boot, why, in: &state)
                if kind == .began, let boot { try measure(boot, &state) }
            case .bootOnce(let boot):
                if try boots(boot, &state) { return .rebooting }
            case .goBack:
                try machine.chooseNothing(state.plan.loader)
                try machine.reboot()
                return .rebooting
            case .conclude: return try conclude(state)
            }
        }
    }

    /// Ends it at once. The machine stays up, and its next boot is the usual kernel.
    package func abort() throws -> Result {
        guard let bytes = try machine.readState() else {
            try machine.removeUnit()
            return .noTrial
        }
        var state: TrialState
        do throws(TrialError) { state = try TrialState(decoding: bytes) } catch { return try abandon(error) }
        try machine.chooseNothing(state.plan.loader)
        try record(.ending, nil, "it was aborted", in: &state)
        return try conclude(state)
    }

    /// Ends a trial whose state can't be read: nobody knows which loader it used.
    private func abandon(_ error: TrialError) throws -> Result {
        for loader in BootLoaderKind.allCases {
            // One of them isn't here.
            do { try machine.chooseNothing(loader) } catch is TrialError {}
        }
        try machine.retireState()
        try machine.removeUnit()
        return .ended(complaint: error.description)
    }

    private func situation(of plan: TrialPlan) -> TrialSituation {
        TrialSituation(
            bootID: machine.bootID, release: machine.release, programHash: machine.programHash,
            profiles: Set(plan.plannedBoots.filter { machine.hasProfile($0, plan) }.map(\.index)))
    }

    /// Writes an event into the journal.
    private func record(_ kind: TrialEvent.Kind, _ boot: Int?, _ why: String?, in state: inout TrialState) throws {
        state.record(TrialEvent(kind, boot: boot, bootID: machine.bootID, why: why, at: machine.now))
        try machine.writeState(try state.encoded())
    }

    private func measure(_ boot: Int, _ state: inout TrialState) throws {
        do {
            try machine.measure(state.plan.plannedBoots[boot], state.plan)
        } catch let error as TrialError {
            return try record(.failed, boot, error.description, in: &state)
        }
        try record(.measured, boot, nil, in: &state)
    }

    /// False if the loader refuses: that is a failure of the boot.
    private func boots(_ boot: Int, _ state: inout TrialState) throws -> Bool {
        do {
            try machine.chooseOnce(state.plan.plannedBoots[boot].kernel, state.plan.loader)
        } catch let error as TrialError {
            try record(.failed, boot, error.description, in: &state)
            return false
        }
        try machine.reboot()
        return true
    }

    private func conclude(_ state: TrialState) throws -> Result {
        var complaint: String?
        try machine.chooseNothing(state.plan.loader)
        do { try machine.conclude(state) } catch let error as TrialError { complaint = error.description }
        // The unit goes last but one: without a state it would remove itself.
        try machine.retireState()
        try machine.removeUnit()
        return .ended(complaint: complaint)
    }
}
