import Presentation
import SaturatingMath
import LatencyHistogram
package import Profile
import SyscallTable

/// Time by process, call and outcome as folded stacks, for flamegraph.pl, inferno, speedscope: `nginx;epoll_wait;blocked 1234`.
///
/// The number is the total time in microseconds, errors included, to nearest and at least 1: what took less does not vanish.
/// Processes of one name are one, as they would be in the picture.
package enum FoldedReport {
    /// The frame for calls that are known, but not whose they are: they went through the kernel's overflow histograms. And for work after
    /// the exit, which is known by call only.
    static let unknownProcess = "(unknown process)"

    /// The same profile always gives the same text: lines in the order of their bytes.
    ///
    /// Complexity: O(n log n) in the series of all processes.
    package static func render(_ profile: Profile) -> String {
        var stacks: [Stack] = []
        var unattributed = totals(of: profile.calls)
        for process in profile.processes {
            for series in process.series where series.calls > 0 {
                let key = Key(id: series.id, outcome: series.outcome)
                stacks.append(Stack(process.comm, key, profile, series.totalNanoseconds))
                unattributed[key]?.subtract(calls: series.calls, nanoseconds: series.totalNanoseconds)
            }
        }
        for (key, total) in unattributed where total.calls > 0 {
            stacks.append(Stack(unknownProcess, key, profile, total.nanoseconds))
        }
        for call in profile.calls {
            guard let work = call.afterExit?.distribution, !work.isEmpty else { continue }
            stacks.append(Stack(unknownProcess, call.id, "after exit", profile, work.sum))
        }
        stacks.sort { $0.frames.utf8.lexicographicallyPrecedes($1.frames.utf8) }
        return lines(stacks)
    }

    private struct Key: Hashable {
        var id: SyscallID
        var outcome: Outcome
    }

    private struct Total {
        var calls: UInt64
        var nanoseconds: UInt64

        mutating func subtract(calls: UInt64, nanoseconds: UInt64) {
            self.calls -= min(calls, self.calls)
            self.nanoseconds -= min(nanoseconds, self.nanoseconds)
        }
    }

    private struct Stack {
        var frames: String
        var nanoseconds: UInt64

        init(_ process: String, _ key: Key, _ profile: Profile, _ nanoseconds: UInt64) {
            self.init(process, key.id, key.outcome.name, profile, nanoseconds)
        }

        init(_ process: String, _ id: SyscallID, _ part: String, _ profile: Profile, _ nanoseconds: UInt64) {
            frames = "\(FoldedReport.frame(process));\(id.label(on: profile.host));\(part)"
            if profile.capture.sampling != nil { frames += " (sampled)" }
            self.nanoseconds = nanoseconds
        }
    }

    private static func totals(of calls: [CallProfile]) -> [Key: Total] {
        var totals: [Key: Total] = [:]
        for call in calls {
            for outcome in Outcome.allCases {
                let distribution = call.distribution(of: outcome)
                totals[Key(id: call.id, outcome: outcome)] = Total(calls: distribution.count, nanoseconds: distribution.sum)
            }
        }
        return totals
    }

    /// One line for each run of equal stacks. Compared by bytes: two names may be equal as text and still differ.
    private static func lines(_ stacks: [Stack]) -> String {
        var text = ""
        var position = 0
        while position < stacks.count {
            let frames = stacks[position].frames
            var nanoseconds: UInt64 = 0
            while position < stacks.count, stacks[position].frames.utf8.elementsEqual(frames.utf8) {
                nanoseconds = nanoseconds.addingSaturating(stacks[position].nanoseconds)
                position += 1
            }
            text += "\(frames) \(max(1, DecimalText.rounded(nanoseconds, per: 1000)))\n"
        }
        return text
    }

    /// A name that a folded stack can hold: frames end at semicolons, lines at newlines, and the number follows a space.
    static func frame(_ name: String) -> String {
        var harmless = ""
        // By scalar: a semicolon with an accent on it is another character, and a semicolon to every reader.
        for scalar in SafeText.sanitized(name).unicodeScalars {
            harmless.unicodeScalars.append(scalar == ";" ? ":" : scalar)
        }
        let isSpace = { (character: Character) in character == " " }
        let end = harmless.lastIndex { !isSpace($0) }.map(harmless.index(after:)) ?? harmless.startIndex
        let trimmed = harmless[..<end].drop(while: isSpace)
        return trimmed.isEmpty ? "(no name)" : String(trimmed)
    }
}
