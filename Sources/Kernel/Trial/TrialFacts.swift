/// What the user asks for.
package struct TrialRequest: Sendable, Hashable {
    package var kernels: [String]
    package var boots: Int
    package var folder: String
    package var measurement: TrialPlan.Measurement
    package var settleSeconds: UInt64

    package init(kernels: [String], boots: Int, folder: String, measurement: TrialPlan.Measurement, settleSeconds: UInt64) {
        (self.kernels, self.boots, self.folder) = (kernels, boots, folder)
        (self.measurement, self.settleSeconds) = (measurement, settleSeconds)
    }
}

/// What must be known of a machine before it can be rebooted without a person.
package struct TrialFacts: Sendable, Hashable {
    package struct Loader: Sendable, Hashable {
        package var kind: BootLoaderKind
        package var entries: [BootEntry]
        /// The one that boots when nobody has chosen anything.
        package var usual: BootEntry?
        /// Why it can't choose an entry for one boot alone.
        package var obstacle: String?

        package init(kind: BootLoaderKind, entries: [BootEntry], usual: BootEntry?, obstacle: String? = nil) {
            (self.kind, self.entries, self.usual, self.obstacle) = (kind, entries, usual, obstacle)
        }
    }

    package var isRoot = true
    package var hasSystemd = true
    /// A trial is under way.
    package var isUnderWay = false
    /// The names of other users who are logged in.
    package var otherUsers: [String] = []
    package var loader: Loader?
    package var release = ""
    package var hasSecureBoot = false
    /// Releases whose images carry no signature.
    package var unsigned: Set<String> = []
    /// The folder for the profiles, absolute.
    package var folder = ""
    /// Why its files would not be there after a reboot.
    package var folderIsLost: String?
    /// nil if that can't be asked.
    package var folderFreeBytes: UInt64?
    package var stateFreeBytes: UInt64?
    /// Names in the folder.
    package var folderNames: Set<String> = []
    package var program = ""
    package var programHash = ""
    package var programIsLost: String?
    /// The unit to be profiled is known to systemd.
    package var hasUnit = true
    package var now: UInt64 = 0

    package init() {}
}

extension TrialPlan {
    /// A profile of a bench has a megabyte, one of a busy service several; the state has some kilobytes.
    static let bytesPerBoot: UInt64 = 8 << 20
    static let stateBytes: UInt64 = 8 << 20
    /// The files of the end.
    static let comparisonName = "comparison"
    static let recordName = "trial.txt"

    /// The plan for a request.
    /// Errors: every reason why the trial would not end well. Nothing has been changed yet.
    package init(_ request: TrialRequest, on facts: TrialFacts) throws(TrialError) {
        guard facts.isRoot else { throw TrialError("A trial reboots the machine, which takes root. Start it with sudo.") }
        guard facts.hasSystemd else {
            throw TrialError("systemd does not run here. A trial goes on after a reboot by a unit of systemd.")
        }
        guard !facts.isUnderWay else {
            throw TrialError("A trial is under way. `syslat trial status` shows it, and `syslat trial abort` ends it.")
        }
        if !facts.otherUsers.isEmpty {
            throw TrialError(
                "Others are logged in: \(facts.otherUsers.joined(separator: ", ")). Ask them to log out, since the machine will be rebooted."
            )
        }
        guard let loader = facts.loader else {
            throw TrialError("There is neither grub nor systemd-boot here, so no kernel can be chosen for one boot alone.")
        }
        if let obstacle = loader.obstacle { throw TrialError(obstacle) }
        guard let usual = loader.usual else {
            throw TrialError(
                "Which entry \(loader.kind.rawValue) boots by default can't be found out, so the way back isn't certain. Make a kernel the "
                    + "default.")
        }
        let entries = try TrialPlan.entries(request, loader)
        try TrialPlan.checkSignatures(entries, facts)
        try TrialPlan.checkPlaces(facts)
        if case .service(let unit, _) = request.measurement, !facts.hasUnit {
            throw TrialError("systemd knows no unit \(unit). `systemctl list-units --type=service` lists them.")
        }
        self.init(
            kernels: entries.map { Kernel(release: $0.release, entry: $0.id) }, boots: request.boots, folder: facts.folder,
            measurement: request.measurement, settleSeconds: request.settleSeconds, loader: loader.kind, usual: usual.release,
            program: facts.program, programHash: facts.programHash, startedAt: facts.now)
        guard isSound else { throw TrialError("The plan contradicts itself: the names of the kernels are too alike.") }
        try checkSpace(facts)
    }

    /// The entry of each kernel.
    private static func entries(_ request: TrialRequest, _ loader: TrialFacts.Loader) throws(TrialError) -> [BootEntry] {
        var entries: [BootEntry] = []
        for name in request.kernels {
            let release = BootEntry.release(named: name)
            guard let entry = BootEntry.find(release, in: loader.entries) else {
                let known = Set(loader.entries.map(\.release)).sorted().joined(separator: ", ")
                throw TrialError(
                    "\(loader.kind.rawValue) has no entry for the kernel \(name). "
                        + (known.isEmpty ? "It has none for any kernel." : "It has entries for \(known)."))
            }
            guard !entries.contains(where: { $0.release == release }) else {
                throw TrialError("The kernel \(release) is named twice. A trial compares different kernels.")
            }
            entries.append(entry)
        }
        guard kernelRange.contains(entries.count) else {
            throw TrialError(
                "A trial compares from \(kernelRange.lowerBound) to \(kernelRange.upperBound) kernels: name each with --kernel.")
        }
        return entries
    }

    private static func checkSignatures(_ entries: [BootEntry], _ facts: TrialFacts) throws(TrialError) {
        guard facts.hasSecureBoot, let entry = entries.first(where: { facts.unsigned.contains($0.release) }) else { return }
        throw TrialError(
            "Secure Boot is on and would refuse the kernel \(entry.release), which carries no signature. Sign it, or name another kernel."
        )
    }

    private static func checkPlaces(_ facts: TrialFacts) throws(TrialError) {
        if let reason = facts.folderIsLost {
            throw TrialError("The profiles would be lost: \(facts.folder) \(reason). Give -o another name.")
        }
        if let reason = facts.programIsLost {
            throw TrialError("The trial could not go on: \(facts.program) \(reason). Install syslat, and start the installed one.")
        }
        // systemd separates words at spaces and takes % for a specifier; such names are refused rather than escaped.
        for path in [facts.folder, facts.program] where !path.unicodeScalars.allSatisfy(isPlain) {
            throw TrialError("\(path) has characters that a unit of systemd can't have in a path. Use letters, digits and /._+-.")
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "/._+-@,:".unicodeScalars.contains(scalar))
    }

    private func checkSpace(_ facts: TrialFacts) throws(TrialError) {
        let names = plannedBoots.map(\.fileName) + [TrialPlan.recordName] + comparisonNames
        if let taken = names.first(where: { facts.folderNames.contains($0) }) {
            throw TrialError("\(folder)/\(taken) exists already. Give -o the name of a new folder.")
        }
        let needed = UInt64(plannedBoots.count) * TrialPlan.bytesPerBoot
        if let free = facts.folderFreeBytes, free < needed {
            throw TrialError(
                "\(folder) has \(free >> 20) MiB left, and \(plannedBoots.count) profiles may need \(needed >> 20). Free some space."
            )
        }
        if let free = facts.stateFreeBytes, free < TrialPlan.stateBytes {
            throw TrialError("/var/lib has \(free >> 20) MiB left, and the state of the trial may need 8. Free some space.")
        }
    }

    /// Without extension and folder, for each kernel against the first.
    package var comparisons: [(kernel: Int, name: String)] {
        (1..<max(1, kernels.count)).map { index in
            (
                index,
                kernels.count == 2
                    ? TrialPlan.comparisonName : "\(TrialPlan.comparisonName)-\(KernelTurns.fileName(kernels[index].release))"
            )
        }
    }

    var comparisonNames: [String] { comparisons.flatMap { ["\($0.name).txt", "\($0.name).json"] } }
}
