// How far runs of the bench on one kernel differ, and what comparisons make of it: `make bench-noise` records the runs and gives this their
// files.
//
// Each file poses as a boot. A trial draws seven of them for each side, and compares them as they are, and once for each gated case with
// this case 10 % slower in NEW: each of its calls, and its operation as a whole.
//
// Exit status: 0, or 1 if more than one in two hundred gated cells has REGRESSED without a cause, or fewer than four in five of the slower
// cases were found.

import Comparison
import Foundation
import Profile
import ProfileFile
import TestSupport

let paths = Array(CommandLine.arguments.dropFirst())
guard paths.count >= 2 * Trials.boots else {
    print("bench-noise: give it \(2 * Trials.boots) files of `syslat bench` or more")
    exit(2)
}
let runs = try paths.enumerated().map { number, path in
    var profile = try ProfileFileReader.read(Array(Data(contentsOf: URL(filePath: path))), path: path)
    profile.host.bootID = "run \(number)"
    return ComparedFile(path: path, profile: profile)
}

let scatter = Scatter(runs.compactMap(\.profile.workload))
print("\(runs.count) runs: standard deviation of ln between them, median and upper quartile")
print("  p50 of a case's calls  \(scatter.p50)")
print("  untraced               \(scatter.untraced)")
fflush(nil)

let trials = try Trials(runs, count: 100, seed: 1)
print("\(trials.count) trials of \(Trials.boots) runs a side, margin 5 %, \(trials.cells) gated cells")
print("  nothing slower: EQUIVALENT \(trials.equivalent), REGRESSED \(percent(trials.falseFlags)) of the cells")
for line in trials.table { print("  \(line)") }
fflush(nil)
let found = try trials.found()
print("  a gated case 10 % slower: found in \(percent(found.share)) of \(found.comparisons) comparisons")
exit(trials.falseFlags <= 0.005 && found.share >= 0.8 ? 0 : 1)
