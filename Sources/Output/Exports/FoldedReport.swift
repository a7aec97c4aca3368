import PlainText
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
    /// The same profile always gives the same text: lines in the order of their bytes.
    ///
    /// Complexity: O(n log n) in the series of all processes.
    package static func render(_ profile: Profile) -> String {
        var stacks: [Stack] = []
        for process in profile.allProcesses {
            for series in process.series where series.calls > 0 { stacks.append(Stack(process.comm, series, profile)) }
        }
        for call in profile.calls {
            guard let work = call.afterExit?.distribution, !work.isEmpty else { continue }
            stacks.append(Stack(ProcessProfile.unknownName, call.id, "after exit", profile, work.sum))
        }
        stacks.sort { $0.frames.utf8.lexicographicallyPrecedes($1.frames.utf8) }
        return lines(stacks)
    }

    private struct Stack {
        var frames: String
        var nanoseconds: UInt64

        init(_ process: String, _ series: ProcessSeries, _ profile: Profile) {
            self.init(process, series.id, series.outcome.name, profile, series.totalNanoseconds)
        }

        init(_ process: String, _ id: SyscallID, _ part: String, _ profile: Profile, _ nanoseconds: UInt64) {
            frames = "\(FoldedReport.frame(process));\(id.label(on: profile.host));\(part)"
            if profile.capture.sampling != nil { frames += " (sampled)" }
            self.nanoseconds = nanoseconds
        }
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
        for scalar in PlainText.line(name).unicodeScalars {
            harmless.unicodeScalars.append(scalar == ";" ? ":" : scalar)
        }
        let isSpace = { (character: Character) in character == " " }
        let end = harmless.lastIndex { !isSpace($0) }.map(harmless.index(after:)) ?? harmless.startIndex
        let trimmed = harmless[..<end].drop(while: isSpace)
        return trimmed.isEmpty ? "(no name)" : String(trimmed)
    }
}
