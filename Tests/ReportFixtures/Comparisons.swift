package import Comparison
import ComparisonSupport
import LatencyHistogram
package import Profile
import SyscallTable

/// Comparisons of synthetic boots, by name: one for everything that a report may have to say about them.
package enum Comparisons {
    package static func sides(
        boots: Int = 7, deviation: Double = 0.01, factors: [Int32: Double] = [:], edit: (inout Profile) -> Void = { _ in }
    ) -> (base: [ComparedFile], new: [ComparedFile]) {
        var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
        (base.count, base.deviation, new.count, new.deviation) = (boots, deviation, boots, deviation)
        (new.kernel, new.start, new.factors) = ("6.12.117+deb12-cloud-amd64", 100, factors)
        var files = new.files("b")
        for index in files.indices { edit(&files[index].profile) }
        return (base.files("a"), files)
    }

    private static func upgraded(_ profile: inout Profile) {
        profile.host.mitigations = ["meltdown": "Not affected", "srso": "Mitigation: Safe RET"]
        profile.host.vdsoSymbols.append("getrandom")
        profile.capture.probeFloorNanoseconds = 182
        profile.vdso = vdso(isServed: true, syscall: 352)
        profile.calls =
            (profile.calls.filter { $0.id.number != 39 } + [
                CallProfile(
                    id: SyscallID(abi: .x86_64, number: 318),
                    series: [
                        Series(outcome: .ran, failed: false, distribution: SyntheticBoots.distribution(around: 700, count: 900))
                    ],
                    errnos: [])
            ]).byFallingTotal
    }

    private static func vdso(isServed: Bool, syscall: Double) -> VDSOProfile {
        VDSOProfile(
            functions: [
                VDSOFunction(
                    name: "getrandom", isServed: isServed,
                    syscall: CallCost(median: syscall, lowerQuartile: syscall, upperQuartile: syscall), kernelP50Nanoseconds: 250)
            ], entered: [], served: [], vsyscalls: [], ticks: .on(hertz: 97))
    }

    package static func comparison(_ name: String) throws -> Comparison {
        switch name {
        case "regressed":
            var sides = sides(factors: [257: 1.23, 0: 0.8], edit: upgraded)
            for index in sides.base.indices { sides.base[index].profile.vdso = vdso(isServed: false, syscall: 310) }
            return try Comparer.compare(base: sides.base, new: sides.new)
        case "three-boots":
            let sides = sides(boots: 3, factors: [257: 1.23])
            return try Comparer.compare(base: sides.base, new: sides.new)
        case "one-boot":
            let sides = sides(boots: 1, factors: [257: 1.23])
            return try Comparer.compare(base: sides.base, new: sides.new)
        case "noisy":
            let sides = sides(deviation: 0.05, factors: [232: 1.09, 202: 1.06])
            return try Comparer.compare(base: sides.base, new: sides.new)
        case "nothing":
            var (base, new) = sides()
            for index in base.indices { base[index].profile.calls = [] }
            for index in new.indices { new[index].profile.calls = [] }
            return try Comparer.compare(base: base, new: new)
        case "emulated":
            var second = SyntheticBoots(seed: 2)
            (second.kernel, second.start) = ("6.12.117", 100)
            return try Comparer.compare(
                base: SyntheticBoots(seed: 1).workloadFiles("a", machine: .countedEmulation),
                new: second.workloadFiles("b", machine: .countedEmulation), options: ComparisonOptions(gate: [.p50, .untraced]))
        case "moved":
            return try benches(closing: 1_040, weights: nil)
        case "weighted":
            return try benches(closing: 1_040, weights: service)
        case "outside":
            return try benches(closing: 440, openClose: 3_300, weights: nil)
        case "passed-over":
            // The case that takes the most time waits for another CPU, and there is room for three of four.
            return try benches(closing: 440, weights: nil, pingPongWaits: true, top: 3)
        default:
            let sides = sides()
            return try Comparer.compare(base: sides.base, new: sides.new)
        }
    }

    package static let names = [
        "regressed", "three-boots", "one-boot", "noisy", "nothing", "emulated", "passed", "moved", "weighted", "outside",
        "passed-over",
    ]

    // MARK: Benches

    /// Kernels between which `close` takes over work from its exit, or an operation gets slower outside its calls.
    private static func benches(
        closing: Double, openClose untraced: Double = 2_700, weights: ComparedFile?, pingPongWaits: Bool = false, top: Int = 6
    ) throws -> Comparison {
        func cases(_ close: Double, _ untraced: Double) -> [SyntheticCases.Case] {
            [
                .init("open-close", untraced: untraced, [.init(257, 1_500), .init(3, close)]),
                .init(
                    "pipe-ping-pong", untraced: 9_000, [.init(1, 1_900), .init(0, 4_200, .blocked)], waitsForOtherCPU: pingPongWaits
                ),
                .init("open-missing", untraced: 800, [.init(257, 900, failed: true)]),
                .init("unix-socket", untraced: 1_300, [.init(44, 700), .init(45, 500)]),
            ]
        }
        var options = ComparisonOptions(top: top, gate: [.p50])
        options.weights = try weights.map { try ServiceWeights($0) }
        return try Comparer.compare(
            base: SyntheticCases(cases(440, 2_700), seed: 1, kernel: "6.1.0-56-cloud-amd64").files("a"),
            new: SyntheticCases(cases(closing, untraced), seed: 2, kernel: "6.12.117+deb12-cloud-amd64").files("b"),
            options: options)
    }

    private static let service = SyntheticService([
        .init(44, 800, calls: 5_000), .init(45, 600, calls: 5_000), .init(3, 300, calls: 2_000),
        .init(0, 900, calls: 300, errors: 40),
        .init(232, 900_000, calls: 1_000, blocked: 1_000), .init(307, 700, calls: 900),
    ]).file("service.syslat")
}
