import Foundation
import TestPrograms

/// syslat while it records, as a process of its own.
package struct RunningProfiler: Sendable {
    package let pid: Int32
    /// What syslat has in the kernel.
    package let objects: BPFObjectIDs

    /// Runs `syslat profile --format json ARGUMENTS` to its end.
    /// - Parameters:
    ///   - program: the syslat to run.
    ///   - launcher: a command that becomes the one that follows it, such as `nice`.
    ///   - timeout: for what is left to do after `whileRecording`, in seconds.
    ///   - whileRecording: called once syslat records. If it throws, syslat is killed.
    package static func run(
        _ arguments: [String], program: String = ProgramRun.syslat, launcher: [String] = [], timeout: Double = ProgramRun.patience,
        whileRecording: (RunningProfiler) throws -> Void
    ) throws -> (run: ProgramRun, objects: BPFObjectIDs) {
        var result = Result<BPFObjectIDs, any Error>.failure(Fixture.Failure(description: "not started"))
        let run = try ProgramRun.run(
            launcher + [program, "profile", "--format", "json"] + arguments, timeout: timeout,
            onStart: { pid in
                result = Result {
                    // It waits in epoll_wait while it records, and only then.
                    var isRecording = false
                    eventually {
                        isRecording = SleepingThread(pid: pid, tid: pid)?.isIn("epoll_wait") == true
                        return isRecording || hasEnded(pid)
                    }
                    guard isRecording else {
                        throw Fixture.Failure(description: "syslat \(pid) doesn't record")
                    }
                    let running = RunningProfiler(pid: pid, objects: try BPFObjectIDs(heldBy: pid))
                    try whileRecording(running)
                    return running.objects
                }
                if case .failure = result { kill(pid, SIGKILL) }
            })
        return (run, try result.get())
    }

    /// The peak of a process's resident memory in KiB, followed to its end.
    package static func peakMemory(of pid: Int32) -> Int {
        var peak = 0
        while let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let value = Int(line.split(whereSeparator: \.isWhitespace)[1])
        {
            peak = value
            usleep(2000)
        }
        return peak
    }
}
