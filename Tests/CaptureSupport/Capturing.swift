import Capture
import Foundation
import Probes
import Profile
import Exports
import Testing
import TestPrograms

extension ProgramSet {
    /// The options of the command line that choose it.
    package var options: [String] { ["--program-set", rawValue] }

    /// The program sets for captures with a selection or of a cgroup, and for CPUs that share their memory.
    package static let narrowed: [ProgramSet] = [.typed, .raw]
    /// The program sets that can leave calls unmeasured.
    package static let sampled: [ProgramSet] = [.fastSampling, .typed, .raw]
}

/// Makes a capture inside the test process.
///
/// - Parameters:
///   - options: a capture without a duration ends after `ProgramRun.patience` at the latest.
///   - endsAfterwards: whether the capture ends when `whileRecording` has returned, as by SIGINT, and not with the target. Wait
///     in there for what the test needs: no fixed time is enough on a busy machine.
///   - stalls: seconds for which the consumer is held up, one after the other, while the kernel goes on recording.
///   - whileRecording: called once, on a thread of its own, when the programs record. What a fixture does from then on is
///     measured from its first call.
package func capture(
    _ options: CaptureOptions, stalls: [Double] = [], endsAfterwards: Bool = false,
    whileRecording: @escaping @Sendable () -> Void = {}
) throws -> Profile {
    var options = options
    options.durationNanoseconds = options.durationNanoseconds ?? UInt64(ProgramRun.patience * 1e9)
    let interruption = Interruption()
    let session = try Session(options)
    var hasStarted = false
    defer { interruption.finish(hasStarted) }
    var stalls = stalls[...]
    return try OneShot.run(
        session,
        onProgress: { _ in
            if !hasStarted {
                hasStarted = true
                Thread.detachNewThread {
                    whileRecording()
                    interruption.finishWork(interrupts: endsAfterwards)
                }
            }
            if let seconds = stalls.popFirst() { Thread.sleep(forTimeInterval: seconds) }
        })
}

/// The SIGINT that ends a capture. It is sent to the capturing thread only, and must not end the test.
private final class Interruption: @unchecked Sendable {
    private let thread = pthread_self()
    private let workIsDone = DispatchSemaphore(value: 0)
    private var interrupt = sigset_t()
    private var previousMask = sigset_t()

    init() {
        sigemptyset(&interrupt)
        sigaddset(&interrupt, SIGINT)
        pthread_sigmask(SIG_BLOCK, &interrupt, &previousMask)
    }

    /// Called on the thread of `whileRecording`, at its end.
    func finishWork(interrupts: Bool) {
        if interrupts { pthread_kill(thread, SIGINT) }
        workIsDone.signal()
    }

    /// Called on the thread that has captured. Takes away a signal that came too late.
    func finish(_ hasStarted: Bool) {
        if hasStarted { workIsDone.wait() }
        var none = timespec()
        _ = sigtimedwait(&interrupt, nil, &none)
        pthread_sigmask(SIG_SETMASK, &previousMask, nil)
    }
}

extension Report {
    /// The report of a profile.
    package init(_ profile: Profile) throws { try self.init(json: JSONReport.render(profile)) }

    /// Profiles a waiting program from its gate on, until it ends or until `then` has returned.
    package static func capturing(
        _ program: WaitingProgram, follow: Bool = true, set: ProgramSet? = nil, slotLimit: Int? = nil, endsAfterwards: Bool = false,
        then: @escaping @Sendable () -> Void = {}
    ) throws -> Report {
        let options = CaptureOptions(
            target: .processes([program.pid], follow: follow), programSet: set, slotLimit: slotLimit)
        return try Report(
            CaptureSupport.capture(options, endsAfterwards: endsAfterwards) {
                program.release()
                then()
            })
    }

    /// Fails unless every call is accounted for and none is lost.
    package func expectNothingLost(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(balance.lost == 0, "\(balance.lost_by_cause)", sourceLocation: sourceLocation)
        #expect(balance.closes, "\(balance)", sourceLocation: sourceLocation)
        let isRequest = { (call: Call) in call.abi == "io_uring" }
        #expect(syscalls.filter { !isRequest($0) }.reduce(0) { $0 + $1.calls } == balance.completed, sourceLocation: sourceLocation)
        #expect(syscalls.filter(isRequest).reduce(0) { $0 + $1.calls } == requests?.completed ?? 0, sourceLocation: sourceLocation)
        if let requests { #expect(requests.lost == 0 && requests.closes, "\(requests)", sourceLocation: sourceLocation) }
        for call in syscalls {
            #expect(call.outcomes.values.reduce(0) { $0 + $1.calls } == call.calls, "\(call)", sourceLocation: sourceLocation)
            #expect(call.outcomes.values.reduce(0) { $0 + $1.total_ns } == call.total_ns, sourceLocation: sourceLocation)
            #expect(call.errnos.values.reduce(0, +) == call.errors, "\(call)", sourceLocation: sourceLocation)
        }
    }
}
