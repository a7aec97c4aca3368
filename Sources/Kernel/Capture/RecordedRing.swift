package import Profile
import CSyslatABI

/// The records that came through the ring while a command ran, to measure the consumer with.
package struct RecordedRing: Sendable {
    /// All records in a row.
    package private(set) var bytes: [UInt8] = []
    /// Where each record ends.
    package private(set) var ends: [Int] = []
    /// Events in the batches.
    package private(set) var events = 0
    /// What the capture made of them.
    package let profile: Profile

    /// Captures a command from its first execve to its end.
    /// Errors: the errors of a capture; a full ring, because then records are missing.
    package init(
        of command: ResolvedCommand, ringBytes: Int = CaptureOptions.largestRing / 4, slowCalls: SlowCallOptions? = nil
    ) throws(CaptureError) {
        var options = CaptureOptions(target: .command(command, follow: true), ringBytes: ringBytes, vdsoTickHertz: nil)
        options.slowCalls = slowCalls
        let recorder = RingRecorder()
        profile = try OneShot.run(Session(options, recorder: recorder))
        guard profile.balance.overflowed == 0 else {
            throw CaptureError("The ring was full while the command ran: record a shorter one.")
        }
        (bytes, ends, events) = (recorder.bytes, recorder.ends, recorder.events)
    }
}

/// Collects the records while the capture runs.
final class RingRecorder {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []
    private(set) var events = 0

    func take(_ record: UnsafeRawBufferPointer) {
        guard record.count >= MemoryLayout<syslat_record_header>.size else { return }
        unsafe bytes.append(contentsOf: record)
        ends.append(bytes.count)
        // Inside the record: its size was checked.
        let header = unsafe record.loadUnaligned(as: syslat_record_header.self)
        if UInt32(header.kind) != SYSLAT_RECORD_PROCESS_EXIT.rawValue { events += Int(header.count) }
    }
}
