import Comparison
import Glibc
import Linux
import PlainText
import Presentation

/// `syslat bench --kernel OLD --kernel NEW --until-decided TIME`: boots both kernels, and looks at what has come from time to time (``Looks``),
/// until the comparison is decided or time is up.
struct DecidedBench {
    var bench: KernelBench
    /// In nanoseconds. A boot that has begun by then is finished.
    var limit: UInt64
    /// With the level of all looks together.
    var options: ComparisonOptions

    /// One look and what came of it.
    private struct Look {
        var number: Int
        var comparison: Comparison
    }

    /// - Returns: the comparison of the last look, and how many boots failed and are not in it.
    /// - Throws: if nothing can be booted or compared.
    func run() throws -> (comparison: Comparison, failures: Int) {
        var (last, failures): (Look?, Int) = (nil, 0)
        try bench.withKernels { candidates, machines in
            let start = ContinuousClock.now
            let end = start + .nanoseconds(Int64(clamping: limit))
            var (made, names) = (0, [[String]](repeating: [], count: candidates.count))
            while let boots = Looks.boots(at: (last?.number ?? 0) + 1) {
                let queue = BootQueue(bench.items(candidates, made..<boots), until: end, tellsFiles: false)
                try bench.boot(queue, candidates, machines)
                failures += queue.failures
                for item in bench.items(candidates, made..<boots).prefix(queue.taken) { names[item.kernel].append(item.name) }
                made = boots
                guard queue.taken > 0 else { break }
                let look = try look((last?.number ?? 0) + 1, at: names, candidates)
                last = look
                let isOver = ContinuousClock.now >= end
                if look.comparison.outcome != .inconclusive || isOver { break }
                tell(look, after: start.duration(to: .now))
            }
        }
        guard var last else {
            throw CommandError("Time was up before a boot of each kernel was over. Give --until-decided more time.")
        }
        last.comparison.warnings.append(note(last))
        return (last.comparison, failures)
    }

    private func look(_ number: Int, at names: [[String]], _ candidates: [KernelBench.Candidate]) throws -> Look {
        let files = names.map { $0.map(bench.path).filter { unsafe access($0, R_OK) == 0 } }
        if let empty = files.firstIndex(where: \.isEmpty) {
            throw CommandError("No boot of \(candidates[empty].label) gave a profile, so there is nothing to compare.")
        }
        var options = options
        options.alpha = Looks.level(at: number, of: options.alpha)
        let read = try ComparedFile.all(files[0] + files[1])
        let (base, new) = (Array(read.prefix(files[0].count)), Array(read.dropFirst(files[0].count)))
        return Look(number: number, comparison: try Comparer.compare(base: base, new: new, options: options))
    }

    // MARK: What is said

    /// `syslat: Look 1, at 7 boots of each kernel: 16 of 17 gated cells are decided. Open: fork: clone p50. That probably takes 14 boots, in
    /// about 25 min.`
    private func tell(_ look: Look, after elapsed: Duration) {
        let comparison = look.comparison
        let open = comparison.gated.filter { $0.verdict == .inconclusive || $0.verdict == .noData }
        let names = open.prefix(3).map { "\(comparison.label($0.subject)) \($0.measure.rawValue)" }
        let others = open.count > 3 ? " and \(open.count - 3) others" : ""
        let boots = min(comparison.base.boots, comparison.new.boots)
        var text = "syslat: Look \(look.number), at \(boots) boots of each kernel: \(comparison.gated.count - open.count) of "
        text += "\(comparison.gated.count) gated cells are decided. Open: \(names.joined(separator: ", "))\(others)."
        if let needed = open.compactMap(\.bootsNeeded).max(), needed > boots, open.allSatisfy({ $0.bootsNeeded != nil }) {
            let seconds = Double(elapsed.components.seconds) / Double(max(1, boots)) * Double(needed - boots)
            text +=
                " That probably takes \(needed) boots, in about \(HumanFormat.quantity(nanoseconds: seconds * 1e9, digits: 2).spaced)."
        } else {
            text += " More boots will hardly decide all of them."
        }
        Terminal.showLine("")
        Terminal.say(ExactText.shown(text) + "\n")
    }

    private func note(_ look: Look) -> String {
        let level = DecidedBench.level(look.comparison.options.alpha)
        return
            "The kernels are booted until this is decided or time is up, and this is look \(look.number). Its level is \(level), so that all "
            + "looks together are wrong no more often than \(DecidedBench.level(options.alpha)) says. `syslat compare --alpha \(level)`, with the "
            + "same options of the gate, gives the same."
    }

    /// So exactly that `--alpha` gives the same level.
    private static func level(_ value: Double) -> String { "\(value)" }
}
