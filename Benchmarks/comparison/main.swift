// Simulates how often a comparison is wrong and what it finds (its operating characteristics), from a fixed seed.
//
// A boot has twelve calls, each with one speed in that boot: its ln is normally distributed around the call's, with the given
// standard deviation between boots. All twelve are gated by their p50. `make bench-comparison` builds and runs it.
//
// Exit status: 0 if all rates are within bounds, 1 if not.

import Comparison
import ComparisonSupport
import Glibc
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport

/// Boots of twelve calls, of which one may be slower on the new side.
struct Simulation {
    static let family = 12

    var deviation: Double
    var boots: Int
    /// How much slower the first call is: 0.1 is 10 %.
    var shift = 0.0
    var delta = 0.05
    /// Whether the noise of BASE widens the margins, if it has enough boots.
    var learnsNoise = false

    func side(_ name: String, slower shift: Double, _ random: inout SeededGenerator) -> [ComparedFile] {
        (0..<boots).map { boot in
            let calls = (0..<Self.family).map { number in
                let speed = 1e5 * exp(deviation * random.normal()) * (number == 0 ? 1 + shift : 1)
                return CallProfile(
                    id: SyscallID(abi: .x86_64, number: Int32(number)), series: [Self.series(UInt64(speed))], errnos: [])
            }
            let host = Host(
                kernelRelease: name, kernelVersion: "", arch: "x86_64", bootID: "\(name)-\(boot)", cpuModel: "", microcode: "",
                onlineCPUs: 1, clocksource: "tsc", mitigations: [:])
            let profile = Profile(
                tool: "", host: host,
                capture: CaptureSummary(startedAtNanoseconds: UInt64(boot), durationNanoseconds: 1_000_000_000, scope: ""),
                balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: calls,
                processes: [], inFlight: [])
            return ComparedFile(path: "\(name)-\(boot)", profile: profile)
        }
    }

    /// A hundred calls of the same latency, so no bucket rounds it.
    private static func series(_ nanoseconds: UInt64) -> Series {
        let distribution = LatencyHistogram(
            buckets: [.init(index: BucketScheme.index(of: nanoseconds), count: 100)], aboveRange: 0, sum: nanoseconds * 100,
            min: nanoseconds, max: nanoseconds)
        return Series(outcome: .ran, failed: false, distribution: distribution)
    }

    func run(trials: Int, seed: UInt64) throws -> Rates {
        var random = SeededGenerator(seed: seed)
        var options = ComparisonOptions(deltas: [.p50: delta], top: Self.family, gate: [.p50])
        options.learnsNoise = learnsNoise
        var (found, anyFalse, eachFalse) = (0, 0, 0)
        for _ in 0..<trials {
            let gated = try Comparer.gatedCells(
                base: side("a", slower: 0, &random), new: side("b", slower: shift, &random), options: options)
            let flagged = gated.filter { $0.verdict == .regressed }.map(\.subject.name)
            let isFound = flagged.contains(.call(SyscallID(abi: .x86_64, number: 0)))
            let wrong = flagged.count - (isFound && shift > 0 ? 1 : 0)
            if isFound { found += 1 }
            if wrong > 0 { anyFalse += 1 }
            eachFalse += wrong
        }
        let count = Double(trials)
        let unshifted = Double(shift > 0 ? Self.family - 1 : Self.family)
        return Rates(
            found: Double(found) / count, anyFalse: Double(anyFalse) / count, eachFalse: Double(eachFalse) / count / unshifted)
    }

    /// Shares of the trials in which the slower call was flagged, any other call was, and one given other call was.
    struct Rates {
        var found, anyFalse, eachFalse: Double
    }
}

/// Prints a line at once, even to a file.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
}

let trials = 1000
let bootCounts = [5, 7, 10]
/// Power by deviation and shift, for 5, 7 and 10 boots a side, from 20,000 trials of Benchmarks/comparison-reference.
let reference: [(deviation: Double, shift: Double, power: [Double])] = [
    (0.02, 0.10, [0.513, 0.801, 0.965]), (0.02, 0.15, [0.986, 1, 1]), (0.02, 0.20, [1, 1, 1]), (0.02, 0.30, [1, 1, 1]),
    (0.06, 0.10, [0.041, 0.068, 0.119]), (0.06, 0.15, [0.199, 0.362, 0.605]), (0.06, 0.20, [0.472, 0.755, 0.948]),
    (0.06, 0.30, [0.901, 0.995, 1]),
]
var isWithinBounds = true

say("A/A, \(trials) comparisons each, family \(Simulation.family): share with any REGRESSED (for each cell)")
for deviation in [0.02, 0.06] {
    for delta in [0.05, 0] {
        for boots in bootCounts {
            let result = try Simulation(deviation: deviation, boots: boots, delta: delta).run(trials: trials, seed: 1)
            let isGood = result.anyFalse <= 0.05
            isWithinBounds = isWithinBounds && isGood
            say(
                "  SD \(percent(deviation))  margin \(percent(delta))  \(boots) boots  \(percent(result.anyFalse)) "
                    + "(\(percent(result.eachFalse)))\(isGood ? "" : "  OUT OF BOUNDS")")
        }
    }
}

say("One of \(Simulation.family) calls slower, margin 5 %: share of \(trials) comparisons that find it, the expected share,")
say("and false flags for each other cell; with ten boots also the share found if the noise of BASE widens the margin")
for row in reference {
    for (boots, power) in zip(bootCounts, row.power) {
        var simulation = Simulation(deviation: row.deviation, boots: boots, shift: row.shift)
        let result = try simulation.run(trials: trials, seed: 2)
        let isGood = abs(result.found - power) <= 0.05
        isWithinBounds = isWithinBounds && isGood && result.anyFalse <= 0.05
        var line = "  SD \(percent(row.deviation))  +\(percent(row.shift))  \(boots) boots  \(percent(result.found))"
        line += "  expected \(percent(power))  false \(percent(result.eachFalse))"
        if boots >= 8 {
            simulation.learnsNoise = true
            line += "  with noise \(percent(try simulation.run(trials: trials, seed: 2).found))"
        }
        say(line + (isGood ? "" : "  OUT OF BOUNDS"))
    }
}

/// Boots of a bench of four cases, in one of which a call takes 600 ns more: work that its exit did before, or more work.
struct BenchSimulation {
    var deviation: Double
    var call = 0.0
    var operation = 0.0

    private func side(_ name: String, _ seed: UInt64, call: Double, operation: Double) -> [ComparedFile] {
        var cases = SyntheticCases(
            [
                .init("open-close", untraced: 2_700 + operation, [.init(257, 1_500), .init(3, 440 + call)]),
                .init("pipe", untraced: 3_600, [.init(0, 1_700), .init(1, 1_900)]),
                .init("unix-socket", untraced: 2_900, [.init(44, 1_600), .init(45, 1_300)]),
                .init("stat", untraced: 1_700, [.init(262, 1_650)]),
            ], seed: seed, kernel: name)
        (cases.bootDeviation, cases.deviation, cases.untracedDeviation) = (deviation, deviation / 3, deviation / 3)
        return cases.files(name)
    }

    /// Shares of the trials in which `close` had REGRESSED and MOVED, and in which any other cell had REGRESSED or MOVED.
    func run(trials: Int) throws -> (regressed: Double, moved: Double, other: Double) {
        var (regressed, moved, other) = (0, 0, 0)
        for trial in 0..<UInt64(trials) {
            let gated = try Comparer.gatedCells(
                base: side("a", 2 * trial + 1, call: 0, operation: 0),
                new: side("b", 2 * trial + 2, call: call, operation: operation),
                options: ComparisonOptions(gate: [.p50]))
            let wrong = gated.filter { [.regressed, .moved].contains($0.verdict) }
            let close = wrong.filter { $0.subject.name.callID?.number == 3 }
            if close.contains(where: { $0.verdict == .regressed }) { regressed += 1 }
            if close.contains(where: { $0.verdict == .moved }) { moved += 1 }
            let isMeant = operation > 0
            if wrong.contains(where: {
                $0.subject.name.callID?.number != 3 && !(isMeant && $0.subject.name.caseName == "open-close")
            }) {
                other += 1
            }
        }
        let count = Double(trials)
        return (Double(regressed) / count, Double(moved) / count, Double(other) / count)
    }
}

say(
    "Benches, 7 boots, margin 5 %: share of \(trials) comparisons in which close has REGRESSED, has MOVED, and another cell has either"
)
for deviation in [0.02, 0.06] {
    for (name, call, operation) in [("A/A", 0.0, 0.0), ("work moved into close", 600, 0), ("more work in close", 600, 600)] {
        let result = try BenchSimulation(deviation: deviation, call: call, operation: operation).run(trials: trials)
        let isFalse = call == 0 ? max(result.regressed, result.moved) : operation > 0 ? result.moved : result.regressed
        let isGood = isFalse <= 0.05 && result.other <= 0.05
        isWithinBounds = isWithinBounds && isGood
        say(
            "  SD \(percent(deviation))  \(name): \(percent(result.regressed))  \(percent(result.moved))  \(percent(result.other))"
                + (isGood ? "" : "  OUT OF BOUNDS"))
    }
}
/// Boots of twelve calls, one after the other, until the comparison of them is decided or has had its last look.
struct DecidedSimulation {
    static let looks = 6

    var deviation: Double
    var shift = 0.0

    /// Shares of the trials that were decided, that found the slower call, and in which another call had REGRESSED; and how many boots of
    /// each kernel they took on average.
    func run(trials: Int) throws -> (decided: Double, found: Double, anyFalse: Double, boots: Double) {
        var random = SeededGenerator(seed: 3)
        var (decided, found, anyFalse, boots) = (0, 0, 0, 0)
        for _ in 0..<trials {
            let all = Simulation(deviation: deviation, boots: Looks.boots(at: Self.looks) ?? 0)
            let (base, new) = (all.side("a", slower: 0, &random), all.side("b", slower: shift, &random))
            for look in 1...Self.looks {
                let count = Looks.boots(at: look) ?? 0
                var options = ComparisonOptions(
                    deltas: [.p50: 0.05], alpha: Looks.level(at: look, of: 0.05), top: Simulation.family, gate: [.p50])
                options.learnsNoise = false
                let gated = try Comparer.gatedCells(
                    base: Array(base.prefix(count)), new: Array(new.prefix(count)), options: options)
                let slower = gated.filter { $0.verdict == .regressed }.map(\.subject.name)
                let isOver = !slower.isEmpty || !gated.contains { $0.verdict == .inconclusive }
                guard isOver || look == Self.looks else { continue }
                let first = Subject.Name.call(SyscallID(abi: .x86_64, number: 0))
                boots += count
                decided += isOver ? 1 : 0
                found += shift > 0 && slower.contains(first) ? 1 : 0
                anyFalse += slower.contains { shift == 0 || $0 != first } ? 1 : 0
                break
            }
        }
        let count = Double(trials)
        return (Double(decided) / count, Double(found) / count, Double(anyFalse) / count, Double(boots) / count)
    }
}

say(
    "Until decided, at most \(Looks.boots(at: DecidedSimulation.looks) ?? 0) boots, margin 5 %: share of 200 comparisons that are decided, "
        + "that find the slower call, in which another has REGRESSED, and boots of each kernel on average")
for deviation in [0.02, 0.06] {
    for shift in [0, 0.1, 0.2] {
        let result = try DecidedSimulation(deviation: deviation, shift: shift).run(trials: 200)
        let isGood = result.anyFalse <= 0.05
        isWithinBounds = isWithinBounds && isGood
        say(
            "  SD \(percent(deviation))  +\(percent(shift))  \(percent(result.decided))  \(percent(result.found))  "
                + "\(percent(result.anyFalse))  \(Int(result.boots.rounded()))\(isGood ? "" : "  OUT OF BOUNDS")")
    }
}
exit(isWithinBounds ? 0 : 1)
