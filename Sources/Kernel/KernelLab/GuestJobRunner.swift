import CLinux
import Glibc
import Linux

/// Runs a job in the guest, as its first process.
enum GuestJobRunner {
    /// How long to wait for a job's last output after it has ended.
    private static let drainLimit = Duration.seconds(5)

    /// Runs a job to its end or its time limit, and ends everything that it left running. The next job finds a quiet machine.
    static func run(_ job: GuestJob) throws(KernelLabError) -> GuestResult {
        let null = try devNull()
        let output = try pipe()
        let error = try pipe()
        let start = ContinuousClock.now
        do throws(Errno) {
            let process = try ChildProcess(
                job.arguments[0], job.arguments, environment: job.environment.map { "\($0.key)=\($0.value)" }.sorted(),
                descriptors: [null.number, output.writing.number, error.writing.number])
            let said = output.closingWritingEnd()
            let complained = error.closingWritingEnd()
            var streams = Streams([said.number, complained.number], limit: GuestResult.mostBytes)
            let (ending, end) = try follow(process, &streams, until: start + job.timeLimit)
            return GuestResult(
                name: job.name, ending: ending, output: streams[0], error: streams[1],
                wasCut: streams.wasCut(0) || streams.wasCut(1), duration: start.duration(to: end))
        } catch {
            return GuestResult(
                name: job.name, ending: .notStarted(errno: error.code), output: [], error: [], wasCut: false,
                duration: start.duration(to: .now))
        }
    }

    private static func follow(
        _ process: consuming ChildProcess, _ streams: inout Streams, until deadline: ContinuousClock.Instant
    ) throws(Errno) -> (GuestResult.Ending, ContinuousClock.Instant) {
        let watch = try Descriptor(process: process.pid)
        var hasEnded = false
        while !hasEnded, ContinuousClock.now < deadline {
            hasEnded = streams.wait(milliseconds: deadline.milliseconds(atMost: 1000), other: watch.number)
        }
        let end = ContinuousClock.now
        process.terminate()
        let ending = process.wait()
        endAllOthers()
        // Nobody has the pipes open any more.
        let drained = end + drainLimit
        while streams.areOpen, ContinuousClock.now < drained { streams.wait(milliseconds: drained.milliseconds(atMost: 1000)) }
        guard hasEnded else { return (.overTimeLimit, end) }
        return switch ending {
        case .exited(let status): (.exited(status: status), end)
        case .killed(let signal): (.killed(signal: signal), end)
        }
    }

    /// Ends everything that the job left running. Outside a guest this would end all processes of the user.
    private static func endAllOthers() {
        guard GuestInit.isThisProcess else { return }
        kill(-1, SIGKILL)
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }
}
