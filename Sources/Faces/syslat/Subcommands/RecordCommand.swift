import ArgumentParser
import Capture
import FlightRecorder
import Glibc
import Linux
import Presentation
import Profile

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Keep the last minutes of system calls on disk, and what led to trouble.",
        usage: """
            syslat record [options] -o FOLDER -a
            syslat record [options] -o FOLDER -p PID…
            syslat record [options] -o FOLDER --cgroup PATH
            syslat record [options] -o FOLDER -- COMMAND [ARGUMENT…]
            """,
        discussion: """
            A flight recorder: the last --keep of the capture is in the folder, in segments that `syslat report`, `compare` and `top` read. \
            The oldest are dropped. When a --when condition holds, on SIGUSR1, and at the end, all that is kept becomes one file, an \
            incident. Ends as `syslat profile` does; what was not finished is finished by the next recorder.
            """)

    @OptionGroup(title: "Recorder")
    var recorder: RecorderOptions

    @OptionGroup(title: "Target")
    var target: TargetOptions

    @OptionGroup(title: "Recording")
    var recording: RecordingOptions

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("End the recording after this time: 10m, 8h.", valueName: "time"),
        transform: Units.duration)
    var duration: UInt64?

    @OptionGroup(title: "Slow calls")
    var slow: SlowOptions

    func validate() throws {
        try target.requireOne()
        let selection = try recording.selection
        try slow.check(against: selection)
        try recorder.check(against: selection)
        guard recording.vdsoTicks.hertz == CaptureOptions.defaultVDSOTickHertz else {
            throw ValidationError("--vdso-ticks goes with `syslat profile`: a recording has no estimate of served calls. Drop it.")
        }
    }

    func run() throws {
        var options = try recording.options(for: try target.target(), waitsForDescendants: target.waitAll)
        options.slowCalls = try slow.options(isWholeSystem: target.all)
        options.vdsoTickHertz = nil
        options.endedProcessLimit = CaptureOptions.endedProcessesOfEndlessCaptures
        let folder = try RecorderFolder(path: recorder.output ?? "", retention: recorder.retention)
        let session = try Session(options)
        RecorderVoice.say(beginning(session.outline.capture.scope))
        let recording = FlightRecording(
            session, into: folder,
            FlightRecording.Options(
                intervalNanoseconds: recorder.interval, durationNanoseconds: duration,
                beforeNanoseconds: recorder.before ?? recorder.keep, afterNanoseconds: recorder.after,
                triggers: try recorder.triggers(), command: target.command))
        var ended = try recording.run()
        RecorderVoice.say(ended.summary)
        let status = ended.target.waitForCommand() ?? 0
        if status != 0 { throw ExitCode(status) }
        if ended.isIncomplete { throw ExitStatus.failure.code }
    }

    private func beginning(_ scope: String) -> String {
        let (keep, segment) = (recorder.keep, recorder.retention.segmentNanoseconds)
        return
            "Recording \(scope) into \(recorder.output ?? ""): the last \(HumanFormat.duration(nanoseconds: keep)) in segments of "
            + "\(HumanFormat.duration(nanoseconds: segment)), \(HumanFormat.bytes(UInt64(recorder.maxDisk))) at most. "
            + "`kill -USR1 \(getpid())` keeps an incident."
    }
}

extension FlightRecording.Ended {
    /// Something is missing that was to be kept.
    var isIncomplete: Bool { segments.voice.unwritten > 0 || incidents.failed > 0 }

    /// What was recorded, what was dropped, what is missing.
    var summary: String {
        func count(_ number: Int, _ singular: String, _ plural: String) -> String {
            HumanFormat.count(UInt64(number), singular, plural)
        }
        let folder = segments.folder.path
        var sentences = [
            "Recorded \(HumanFormat.duration(nanoseconds: segments.time)) in \(count(segments.intervals, "interval", "intervals")) and "
                + "\(count(segments.finished, "segment", "segments"))."
        ]
        if segments.folder.droppedSegments > 0 {
            sentences.append("Dropped \(count(segments.folder.droppedSegments, "segment", "segments")), the oldest.")
        }
        sentences.append("Kept \(count(incidents.kept, "incident", "incidents")).")
        if segments.folder.droppedIncidents > 0 {
            sentences.append("Dropped \(count(segments.folder.droppedIncidents, "incident", "incidents")), the oldest.")
        }
        if segments.voice.unwritten > 0 {
            sentences.append(
                "\(HumanFormat.count(segments.voice.unwritten, "interval", "intervals")) could not be written.")
        }
        if incidents.failed > 0 {
            sentences.append("\(count(incidents.failed, "incident", "incidents")) could not be kept.")
        }
        sentences.append("\(folder) has \(HumanFormat.bytes(segments.folder.bytes)).")
        return sentences.joined(separator: " ")
    }
}
