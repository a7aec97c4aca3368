import LatencyHistogram
import Profile

/// Whether two sides can be compared, and warnings if they can be with reservations.
enum Compatibility {
    /// A profile that lost a larger share of its calls is refused: calls are lost in the busiest moments.
    static let mostLost = 0.001

    /// - Returns: warnings, each a sentence.
    static func check(
        _ base: Side, _ new: Side, noise: Side, options: ComparisonOptions, replication: Replication
    ) throws(ComparisonError) -> [String] {
        for side in [base, new] {
            guard !side.files.isEmpty else {
                throw ComparisonError("\(side.name) has no files. Name profiles of both kernels.")
            }
            guard side.boots.count <= Resolution.mostBoots else {
                throw ComparisonError(
                    "\(side.name) has \(side.boots.count) boots: more than \(Resolution.mostBoots) add nothing. "
                        + "Leave some out.")
            }
        }
        let sides = noise.files.isEmpty ? [base, new] : [base, new, noise]
        try checkWorkloads(sides)
        try checkMachines(sides)
        let losses = try checkLosses(sides, options)
        try checkChoice(base, options)
        let doubts = emulation(base) + sampling(sides, replication) + losses
        guard replication.unit == .boot else {
            return doubts + mixed(sides, replication) + onBothSides(base, new, replication) + KnownMove.cautions(base, new)
        }
        return doubts + within(sides) + between(base, new) + order(base, new) + KnownMove.cautions(base, new)
    }

    // MARK: What can't be compared

    private static func checkWorkloads(_ sides: [Side]) throws(ComparisonError) {
        func name(_ profile: Profile) -> String {
            guard let workload = profile.workload else { return "no workload" }
            return "workload \(workload.id) \(workload.version)\(workload.isQuick ? " (quick)" : "")"
        }
        let all = sides.flatMap(\.files)
        guard let first = all.first, let other = all.first(where: { name($0.profile) != name(first.profile) }) else { return }
        throw ComparisonError(
            "\(first.path) is of \(name(first.profile)) and \(other.path) of \(name(other.profile)): different work can't be "
                + "compared. Make both with the same version of `syslat bench` and the same options.")
    }

    /// Whether calls can be chosen as the options say.
    private static func checkChoice(_ base: Side, _ options: ComparisonOptions) throws(ComparisonError) {
        guard options.weights != nil || options.gateCalls != nil, let first = base.files.first else { return }
        if let workload = first.profile.workload, !workload.cases.flatMap(\.calls).allSatisfy({ $0.id != nil }) {
            throw ComparisonError(
                "\(first.path) is of version \(workload.version) of the workload, which doesn't tell the calls of a case apart: run the "
                    + "bench again with this syslat.")
        }
        guard let weights = options.weights else { return }
        guard first.profile.workload != nil else {
            throw ComparisonError(
                "Weights are for profiles of `syslat bench`, and \(first.path) is of a service itself: leave --weights out. Its own "
                    + "calls are gated by their time, or those that --gate-calls names.")
        }
        guard weights.arch == first.profile.host.arch else {
            throw ComparisonError(
                "\(weights.path) was recorded on \(weights.arch) and \(first.path) on \(first.profile.host.arch), whose calls are "
                    + "others. Record the service on the same architecture.")
        }
    }

    private static func checkMachines(_ sides: [Side]) throws(ComparisonError) {
        let all = sides.flatMap(\.files).compactMap { file in file.profile.workload.map { (file.path, clock(of: $0.machine)) } }
        guard let emulated = all.first(where: { $0.1 != clock(of: .host) }), let other = all.first(where: { $0.1 != emulated.1 })
        else { return }
        throw ComparisonError(
            "\(emulated.0) was made \(emulated.1) and \(other.0) \(other.1): their nanoseconds have nothing in common. Make both "
                + "on the same machine, with the same syslat.")
    }

    /// What kind of nanoseconds it has: only nanoseconds of one kind can be compared.
    private static func clock(of machine: WorkloadResult.Machine) -> String {
        switch machine {
        case .host, .kvm: "on real hardware"
        case .emulation: "under emulation"
        case .countedEmulation: "under emulation that counts instructions"
        }
    }

    private static func checkLosses(_ sides: [Side], _ options: ComparisonOptions) throws(ComparisonError) -> [String] {
        let lossy = sides.flatMap(\.files).filter { file in
            let balance = file.profile.balance
            return Double(balance.lost) > Double(balance.entered) * mostLost
        }
        guard let first = lossy.first else { return [] }
        guard options.acceptsLosses else {
            throw ComparisonError(
                "\(first.path) lost \(first.profile.balance.lost) of \(first.profile.balance.entered) calls, more than 0.1 %. "
                    + "Calls are lost in the busiest moments, which are the slowest: what is left looks faster than it was.",
                remedy: .acceptLosses)
        }
        return [
            "\(phrase(lossy.count, "file", "files")) lost more than 0.1 % of the calls: what is left looks faster "
                + "than it was."
        ]
    }

    // MARK: Doubts

    private static func emulation(_ base: Side) -> [String] {
        let machines = Set(base.profiles.compactMap(\.workload?.machine))
        if machines.contains(.countedEmulation) {
            return [
                "Both sides ran under emulation that counts instructions, one nanosecond each, on one processor: times compare "
                    + "how much the kernels execute, and say nothing about the time of any hardware. Counts, errors and what the "
                    + "vDSO serves are sound."
            ]
        }
        guard machines.contains(.emulation) else { return [] }
        return [
            "Both sides ran under emulation: their nanoseconds say nothing about any hardware. Counts, errors and what the vDSO "
                + "serves are sound."
        ]
    }

    private static func sampling(_ sides: [Side], _ replication: Replication) -> [String] {
        let files = sides.flatMap(\.files)
        let sampled = files.filter { $0.profile.capture.sampling != nil }
        guard !sampled.isEmpty else { return [] }
        let unit = replication.unit == .host ? "host" : "file"
        return [
            "In \(phrase(sampled.count, unit, unit + "s")) of \(files.count) calls were sampled: their latencies are estimates, and "
                + "rough ones for rare calls."
        ]
    }

    /// Of pairs only the kernel matters: each host is compared with itself.
    private static func mixed(_ sides: [Side], _ replication: Replication) -> [String] {
        sides.flatMap { side in
            IdentityField.ofBoots.compactMap { field -> String? in
                let values = side.values(field.value)
                guard values.count > 1, !replication.isPaired || field.name == "kernel" else { return nil }
                let shown = values.count > 4 ? values.prefix(4) + ["and \(values.count - 4) more"] : values[...]
                return "\(side.name) mixes \(values.count) values of \(field.name): \(shown.joined(separator: ", ")). Its "
                    + "\(replication.unit.rawValue)s differ by more than chance."
            }
        }
    }

    private static func onBothSides(_ base: Side, _ new: Side, _ replication: Replication) -> [String] {
        let both = Set(base.boots.map(\.id)).intersection(new.boots.map(\.id)).count
        guard both > 0, !replication.isPaired else { return [] }
        let unit = replication.unit.rawValue
        return [
            "\(phrase(both, "\(unit) is", "\(unit)s are")) on both sides: the sides are not independent of each other."
        ]
    }

    /// What is mixed within a side.
    private static func within(_ sides: [Side]) -> [String] {
        var warnings: [String] = []
        for side in sides {
            warnings += mixed([side], .boots)
            if side.profiles.contains(where: \.host.bootID.isEmpty) {
                warnings.append("Profiles of \(side.name) have no boot id: they count as one boot.")
            }
            let shared = side.files.count - side.boots.count
            if shared > 0 {
                warnings.append(
                    "\(side.name) has \(side.files.count) files of \(phrase(side.boots.count, "boot", "boots")): files of one boot "
                        + "are averaged, since they don't show how boots differ.")
            }
        }
        return warnings
    }

    private static func between(_ base: Side, _ new: Side) -> [String] {
        var warnings = onBothSides(base, new, .boots)
        for field in IdentityField.ofCaptures where base.values(field.value) != new.values(field.value) {
            warnings.append("The two sides were not captured in the same way: their \(field.name) differs.")
        }
        if Identity.hooksDiffer(base, new) {
            warnings.append(
                "The programs were called by different hooks (\(base.values(IdentityField.hook.value).joined(separator: ", ")) and "
                    + "\(new.values(IdentityField.hook.value).joined(separator: ", "))), which is in every traced time and says nothing of "
                    + "the kernels. `syslat bench --kernel` uses the same for both.")
        }
        func isSampled(_ profile: Profile) -> String { "\(profile.vdso?.ticks.isOn ?? false)" }
        if base.values(isSampled) != new.values(isSampled) {
            warnings.append("Only one side estimated the calls that the vDSO served: they are not compared.")
        }
        func runs(_ profile: Profile) -> String { "\(profile.workload?.runs ?? 0)" }
        if base.values(runs) != new.values(runs) {
            warnings.append("The workload was not run equally often in the boots of both sides.")
        }
        return warnings
    }

    /// What drifts over the day must not fall on one side alone.
    private static func order(_ base: Side, _ new: Side) -> [String] {
        let (mine, theirs) = (base.boots.map(\.start), new.boots.map(\.start))
        guard mine.count > 1, theirs.count > 1, let first = mine.min(), let last = mine.max(), let newFirst = theirs.min(),
            let newLast = theirs.max(), last < newFirst || newLast < first
        else { return [] }
        return [
            "All boots of one side came before those of the other: what drifted meanwhile looks like the kernel. Take turns: "
                + "A B B A."
        ]
    }

    private static func phrase(_ count: Int, _ singular: String, _ plural: String) -> String {
        "\(count) \(count == 1 ? singular : plural)"
    }
}
