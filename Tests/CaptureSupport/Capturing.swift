import Capture
import Foundation
import Profile
import Rendering
import Testing

/// The two sets of programs: typed ones for kernels with BTF, and those for kernels that need a file (`--btf`).
public enum Twin: String, CaseIterable, Sendable {
    case typed, raw

    public var btfPath: String? { self == .raw ? "/sys/kernel/btf/vmlinux" : nil }
    /// What the command line is given for it.
    public var options: [String] { btfPath.map { ["--btf", $0] } ?? [] }
}

/// Makes a capture inside the test process.
///
/// - Parameters:
///   - options: a capture without a duration ends after a minute at the latest: what does not end by itself fails.
///   - stalls: seconds for which the consumer is held up, one after the other, while the kernel goes on recording.
///   - whileRecording: called once, on a thread of its own, when the programs record: what a fixture does from then on is
///     measured from its first call.
public func capture(
    _ options: CaptureOptions, stalls: [Double] = [], whileRecording: @escaping @Sendable () -> Void = {}
) throws -> Profile {
    var options = options
    options.durationNanoseconds = options.durationNanoseconds ?? 60_000_000_000
    let session = try CaptureSession(options)
    var hasStarted = false
    var stalls = stalls[...]
    return try session.run { _ in
        if !hasStarted {
            hasStarted = true
            Thread.detachNewThread(whileRecording)
        }
        if let seconds = stalls.popFirst() { Thread.sleep(forTimeInterval: seconds) }
    }
}

extension Report {
    /// A profile as it is reported.
    public init(_ profile: Profile) throws { try self.init(json: JSONReport.render(profile)) }

    /// Profiles a program that waits, from its gate on: until it ends, or for a time.
    public static func capturing(
        _ program: WaitingProgram, follow: Bool = true, seconds: Double? = nil, twin: Twin = .typed, slotLimit: Int? = nil,
        then: @escaping @Sendable () -> Void = {}
    ) throws -> Report {
        let options = CaptureOptions(
            target: .processes([program.pid], follow: follow), durationNanoseconds: seconds.map { UInt64($0 * 1e9) },
            btfPath: twin.btfPath, slotLimit: slotLimit)
        return try Report(
            CaptureSupport.capture(options) {
                program.release()
                then()
            })
    }

    /// Fails unless every call is accounted for and none is lost.
    public func expectNothingLost(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(balance.lost == 0, "\(balance.lost_by_cause)", sourceLocation: sourceLocation)
        #expect(balance.closes, "\(balance)", sourceLocation: sourceLocation)
        #expect(syscalls.reduce(0) { $0 + $1.calls } == balance.completed, sourceLocation: sourceLocation)
        for call in syscalls {
            #expect(call.outcomes.values.reduce(0) { $0 + $1.calls } == call.calls, "\(call)", sourceLocation: sourceLocation)
            #expect(call.outcomes.values.reduce(0) { $0 + $1.total_ns } == call.total_ns, sourceLocation: sourceLocation)
            #expect(call.errnos.values.reduce(0, +) == call.errors, "\(call)", sourceLocation: sourceLocation)
        }
    }
}
