import Glibc
import Linux
import Profile
import Symbols

/// Names functions of saved stacks from the debug files of `report --debug-dir`.
enum DebugNames {
    /// Refuses what is no folder that can be searched.
    static func check(_ folders: [String]) throws(CommandError) {
        for folder in folders {
            do throws(Errno) { _ = try Descriptor(folder: folder) } catch {
                throw CommandError(
                    "Can't search \(folder) for debug files: \(error). --debug-dir takes a folder that has them, such as /usr/lib/debug.",
                    status: .badInput)
            }
        }
    }

    /// Names what has no name yet, and notes in the profile what came of it.
    static func name(_ profile: inout Profile, from folders: [String]) {
        var places: Set<Place> = []
        var stacks = 0
        profile.forEachUserFrame { frame, isReturn in
            stacks += 1
            if let place = Place(frame, isReturn: isReturn) { places.insert(place) }
        }
        var namer = BinaryNamer(debugDirs: folders)
        var frames: [Place: StackFrame] = [:]
        var outcome = Outcome()
        // Those of one file after each other, so that each file is read once.
        for place in places.sorted(by: { ($0.path, $0.buildID) < ($1.path, $1.buildID) }) {
            let named = namer.name(place.place, isReturn: place.isReturn)
            outcome.add(named, of: place)
            guard let function = named.function else { continue }
            var frame = place.frame
            (frame.function, frame.functionOffset, frame.address) = (function.name, function.offset, named.file?.address)
            frames[place] = frame
        }
        profile.replaceUserFrames { frame, isReturn in
            Place(frame, isReturn: isReturn).flatMap { frames[$0] } ?? frame
        }
        profile.capture.notes.append(outcome.sentence(hasStacks: stacks > 0))
        profile.capture.warnings += namer.losses.sentences
    }

    /// A place in a file that nothing has named.
    private struct Place: Hashable {
        let frame: StackFrame
        let isReturn: Bool
        let path: String
        let buildID: String

        /// nil for what has a name, and for memory without a file.
        init?(_ frame: StackFrame, isReturn: Bool) {
            guard frame.function == nil, frame.file != "[vdso]", frame.file != nil || frame.buildID != nil else { return nil }
            (self.frame, self.isReturn) = (frame, isReturn)
            (path, buildID) = (frame.file ?? "", frame.buildID ?? "")
        }

        var place: FilePlace {
            FilePlace(path: path, buildID: BuildID(hex: buildID), fileOffset: frame.offset, address: frame.address)
        }
    }

    /// How many places got names, and why others didn't.
    private struct Outcome {
        private var named = 0
        private var unnamed = 0
        /// By the name of the file, the first reason that was met.
        private var reasons: [(file: String, reason: UnnamedReason)] = []
        private static let reasonsShown = 3

        mutating func add(_ frame: NamedFrame, of place: Place) {
            guard let reason = frame.reason else { return named += 1 }
            unnamed += 1
            let file = place.place.name
            if !reasons.contains(where: { $0.file == file && $0.reason == reason }) { reasons.append((file, reason)) }
        }

        func sentence(hasStacks: Bool) -> String {
            guard hasStacks else { return "--debug-dir has nothing to name: the profile has no stacks of programs." }
            guard named + unnamed > 0 else { return "--debug-dir had nothing to name: all places in files have names already." }
            let all = "--debug-dir named \(named) of \(count(named + unnamed, "place")) in files that had no name."
            guard unnamed > 0 else { return all }
            let shown = reasons.prefix(Outcome.reasonsShown).map { "\($0.file): \($0.reason)" }
            let rest = reasons.count > shown.count ? "; and \(reasons.count - shown.count) more" : ""
            return "\(all) Not named: \(shown.joined(separator: "; "))\(rest)."
        }

        private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    }
}
