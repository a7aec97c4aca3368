import Glibc
import Profile

/// Something that a profile says about the machine, the kernel or the capture.
struct IdentityField: Sendable {
    let name: String
    let value: @Sendable (Profile) -> String

    /// What should be the same in all boots of one side; otherwise they differ for more reasons than chance.
    static let ofBoots: [IdentityField] = [
        IdentityField(name: "kernel") { $0.host.kernelRelease },
        IdentityField(name: "architecture") { $0.host.arch },
        IdentityField(name: "CPU model") { $0.host.cpuModel },
        IdentityField(name: "CPUs") { "\($0.host.onlineCPUs)" },
        IdentityField(name: "microcode") { $0.host.microcode },
        IdentityField(name: "clocksource") { $0.host.clocksource },
        IdentityField(name: "machine") { $0.workload?.machine.rawValue ?? "" },
    ]

    /// How it was captured.
    static let ofCaptures: [IdentityField] = [
        IdentityField(name: "selection of calls (-e)") { $0.capture.selection ?? "" },
        IdentityField(name: "scope") { $0.workload == nil ? scope($0.capture.scope) : "" },
    ]

    /// What calls the programs at system calls, which is a part of every traced time; empty in files of older versions.
    static let hook = IdentityField(name: "hook at system calls") { $0.capture.hooks?.calls.rawValue ?? "" }

    /// Process ids are others in every boot.
    private static func scope(_ text: String) -> String { text.filter { !$0.isNumber } }
}

/// What differs between two sides before any figure does.
enum Identity {
    static func differences(_ base: Side, _ new: Side) -> [IdentityDifference] {
        var found = IdentityField.ofBoots.compactMap { difference($0.name, base.values($0.value), new.values($0.value)) }
        let build = difference("kernel build", base.values(\.host.kernelVersion), new.values(\.host.kernelVersion))
        if let build { found.append(build) }
        if Identity.hooksDiffer(base, new) {
            found.append(
                IdentityDifference(
                    name: IdentityField.hook.name, base: base.values(IdentityField.hook.value),
                    new: new.values(IdentityField.hook.value)))
        }
        found += mitigations(base, new) + symbols(base, new) + floor(base, new)
        if let tool = difference("syslat", base.values(\.tool), new.values(\.tool)) { found.append(tool) }
        return found
    }

    /// Whether the programs were called in different ways. False where a file doesn't say.
    static func hooksDiffer(_ base: Side, _ new: Side) -> Bool {
        let (mine, theirs) = (base.values(IdentityField.hook.value), new.values(IdentityField.hook.value))
        return mine != theirs && !mine.contains("") && !theirs.contains("")
    }

    private static func difference(_ name: String, _ base: [String], _ new: [String]) -> IdentityDifference? {
        base == new ? nil : IdentityDifference(name: name, base: base, new: new)
    }

    private static func mitigations(_ base: Side, _ new: Side) -> [IdentityDifference] {
        let names = Set((base.profiles + new.profiles).flatMap(\.host.mitigations.keys)).sorted()
        return names.compactMap { name in
            func state(_ profile: Profile) -> String { profile.host.mitigations[name] ?? "not known to the kernel" }
            return difference("mitigation \(name)", base.values(state), new.values(state))
        }
    }

    /// Only what one side has and the other lacks.
    private static func symbols(_ base: Side, _ new: Side) -> [IdentityDifference] {
        let mine = Set(base.profiles.flatMap(\.host.vdsoSymbols))
        let theirs = Set(new.profiles.flatMap(\.host.vdsoSymbols))
        guard mine != theirs, !mine.isEmpty || !theirs.isEmpty else { return [] }
        return [
            IdentityDifference(
                name: "vDSO functions", base: mine.subtracting(theirs).sorted(), new: theirs.subtracting(mine).sorted())
        ]
    }

    /// What a call that does nothing reads on each side; a few nanoseconds are chance.
    private static func floor(_ base: Side, _ new: Side) -> [IdentityDifference] {
        guard let mine = base.probeFloor, let theirs = new.probeFloor, abs(mine - theirs) >= 5 else { return [] }
        func text(_ value: Double) -> [String] { ["\(UInt64(exactly: value.rounded()) ?? .max) ns"] }
        return [IdentityDifference(name: "probe floor", base: text(mine), new: text(theirs))]
    }
}
