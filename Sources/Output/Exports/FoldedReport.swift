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
///
/// The time of slow calls whose stacks are known is in lines of these stacks instead: `nginx;main;on_read;read;vfs_read_[k] 1234`. All
/// lines together are the time of all calls, with stacks and without.
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
        let slow = slowStacks(profile)
        stacks += slow.stacks
        stacks.sort { $0.frames.utf8.lexicographicallyPrecedes($1.frames.utf8) }
        return lines(stacks, less: slow.taken)
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

        init(frames: [String], nanoseconds: UInt64) {
            self.frames = frames.map(FoldedReport.frame).joined(separator: ";")
            self.nanoseconds = nanoseconds
        }
    }

    // MARK: Slow calls

    /// The stacks of slow calls, outermost function first, and how much of the time without stacks they are.
    private static func slowStacks(_ profile: Profile) -> (stacks: [Stack], taken: [[UInt8]: UInt64]) {
        let calls = (profile.slowCalls?.calls ?? []).filter { !$0.details.userStack.isEmpty || !$0.details.kernelStack.isEmpty }
        guard !calls.isEmpty else { return ([], [:]) }
        let owners = Owners(profile.allProcesses)
        var taken: [[UInt8]: UInt64] = [:]
        let stacks = calls.map { call -> Stack in
            let owner = owners.process(of: call)
            if let owner {
                let part = Stack(owner.comm, call.id, call.outcome.name, profile, 0)
                let key = Array(part.frames.utf8)
                taken[key] = (taken[key] ?? 0).addingSaturating(call.durationNanoseconds)
            }
            let name = call.id.label(on: profile.host) + (profile.capture.sampling != nil ? " (sampled)" : "")
            let program = owner.flatMap { $0.pid == nil ? nil : $0.comm } ?? call.comm
            let outer: [String] = call.details.userStack.reversed().map { $0.label(in: .user) }
            let inner: [String] = call.details.kernelStack.reversed().map { $0.label(in: .kernel) + kernelMark }
            let frames = [program] + outer + [name] + inner
            return Stack(frames: frames, nanoseconds: call.durationNanoseconds)
        }
        return (stacks, taken)
    }

    /// How stackcollapse of FlameGraph marks functions of the kernel, which then get a colour of their own.
    private static let kernelMark = "_[k]"

    /// Which process a slow call counts for: its own, or the row for those that have none.
    private struct Owners {
        private struct Key: Hashable {
            var pid: Int32?
            var id: SyscallID
            var outcome: Outcome
            var failed: Bool
        }

        private var processes: [Key: ProcessProfile] = [:]

        init(_ all: [ProcessProfile]) {
            for process in all {
                for series in process.series where series.calls > 0 {
                    let key = Key(pid: process.pid, id: series.id, outcome: series.outcome, failed: series.failed)
                    if processes[key] == nil { processes[key] = process }
                }
            }
        }

        func process(of call: SlowCall) -> ProcessProfile? {
            let key = Key(pid: call.pid, id: call.id, outcome: call.outcome, failed: call.errno != nil)
            return processes[key] ?? processes[Key(pid: nil, id: key.id, outcome: key.outcome, failed: key.failed)]
        }
    }

    /// One line for each run of equal stacks. Compared by bytes: two names may be equal as text and still differ.
    /// - Parameter taken: the time that is in other lines already, by stack.
    private static func lines(_ stacks: [Stack], less taken: [[UInt8]: UInt64]) -> String {
        var text = ""
        var position = 0
        while position < stacks.count {
            let frames = stacks[position].frames
            var nanoseconds: UInt64 = 0
            while position < stacks.count, stacks[position].frames.utf8.elementsEqual(frames.utf8) {
                nanoseconds = nanoseconds.addingSaturating(stacks[position].nanoseconds)
                position += 1
            }
            if let part = taken[Array(frames.utf8)] {
                guard nanoseconds > part else { continue }
                nanoseconds -= part
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
