import TestSupport
import Trial

/// The power is gone: whatever was going on.
struct PowerCut: Error {}

/// A machine whose disk outlives its boots, with a boot loader that forgets the chosen entry before it boots.
final class SimulatedMachine: TrialMachine {
    // What is on the disk.
    private(set) var state: [UInt8]?
    var hasState: Bool { state != nil }
    private(set) var lastState: [UInt8]?
    private(set) var hasUnitFile = false
    private(set) var isUnitEnabled = false
    private(set) var nextEntry: String?
    private(set) var profiles: Set<String> = []
    private(set) var conclusions = 0

    // What is in memory.
    private(set) var bootNumber = 0
    private(set) var release: String
    var programHash = "hash"
    var bootID: String { "boot-\(bootNumber)" }
    private(set) var now: UInt64 = 1_800_000_000

    /// How many writes there were, and after which of them the power is cut.
    private(set) var writes = 0
    var cuts: Set<Int> = []
    /// In percent.
    var panicsAtBoot: UInt64 = 0
    var panicsInMeasurements: UInt64 = 0
    var failingMeasurements: UInt64 = 0
    var loaderRefuses = false
    /// What boots when nothing was chosen.
    var defaultRelease: String
    private let releases: [String: String]
    private var generator: SeededGenerator

    init(_ plan: TrialPlan, seed: UInt64) {
        releases = Dictionary(uniqueKeysWithValues: plan.kernels.map { ($0.entry, $0.release) })
        (defaultRelease, release) = (plan.usual, plan.usual)
        generator = SeededGenerator(seed: seed)
    }

    private func chance(_ percent: UInt64) -> Bool { UInt64.random(in: 0..<100, using: &generator) < percent }

    /// Something on the disk changes; where the power is cut, it changes or it doesn't.
    private func write(_ change: () -> Void) throws {
        writes += 1
        now += 1
        guard cuts.contains(writes) else { return change() }
        if chance(50) { change() }
        throw PowerCut()
    }

    /// From off to a kernel that runs. One that panics or hangs is reset until the usual one runs.
    func boot() {
        bootNumber += 1
        let chosen = nextEntry.flatMap { releases[$0] }
        nextEntry = nil
        release = chosen ?? defaultRelease
        if chosen != nil, chance(panicsAtBoot) {
            bootNumber += 1
            release = defaultRelease
        }
    }

    // MARK: TrialMachine

    func readState() -> [UInt8]? { state }
    func writeState(_ bytes: [UInt8]) throws { try write { state = bytes } }
    func retireState() throws { try write { (lastState, state) = (state, nil) } }

    func installUnit(_ plan: TrialPlan) throws {
        try write { hasUnitFile = true }
        try write { isUnitEnabled = true }
    }

    func removeUnit() throws {
        try write { isUnitEnabled = false }
        try write { hasUnitFile = false }
    }

    func chooseOnce(_ kernel: TrialPlan.Kernel, _ loader: BootLoaderKind) throws {
        if loaderRefuses { throw TrialError("the loader refuses") }
        try write { nextEntry = kernel.entry }
    }

    func chooseNothing(_ loader: BootLoaderKind) throws { try write { nextEntry = nil } }
    func reboot() throws { try write {} }

    func hasProfile(_ boot: TrialPlan.Boot, _ plan: TrialPlan) -> Bool { profiles.contains(boot.fileName) }

    func measure(_ boot: TrialPlan.Boot, _ plan: TrialPlan) throws {
        if chance(panicsInMeasurements) { throw PowerCut() }
        if chance(failingMeasurements) { throw TrialError("the measurement fails") }
        // Each boot measures the kernel of its plan and no other.
        guard release == boot.kernel.release else { throw WrongKernel(release: release, wanted: boot.kernel.release) }
        try write { profiles.insert(boot.fileName) }
    }

    struct WrongKernel: Error { let release, wanted: String }

    func conclude(_ state: TrialState) throws { try write { conclusions += 1 } }
}

extension TrialPlan {
    /// A plan for tests.
    static func sample(kernels: [String] = ["6.1", "6.12"], boots: Int = 3, usual: String? = nil) -> TrialPlan {
        TrialPlan(
            kernels: kernels.map { Kernel(release: $0, entry: "entry-\($0)") }, boots: boots, folder: "/srv/trial",
            measurement: .bench(arguments: ["--runs", "5"]), settleSeconds: 60, loader: .grub, usual: usual ?? kernels[0],
            program: "/usr/bin/syslat", programHash: "hash", startedAt: 1_800_000_000)
    }
}
