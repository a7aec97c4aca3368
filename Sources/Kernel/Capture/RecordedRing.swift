import BPFRuntime
import CSyslatABI

/// What came through the ring while a command ran, as it came: for measuring what takes it in.
package struct RecordedRing: Sendable {
    /// All records, one behind the other.
    package private(set) var bytes: [UInt8] = []
    /// Where each record ends.
    package private(set) var ends: [Int] = []
    /// Events in the batches.
    package private(set) var events = 0

    /// Captures a command from its first execve to its end.
    /// Errors: those of a capture; the ring was full, so that not all is here.
    package init(of command: ResolvedCommand, ringBytes: Int = CaptureOptions.largestRing / 4) throws(CaptureError) {
        var session = try CaptureSession(
            CaptureOptions(target: .command(command, follow: true), ringBytes: ringBytes, vdsoTickHertz: nil))
        let launched = try LaunchedCommand(command)
        try launched.waitUntilAsleep()
        try session.watch(launched.pid)
        session.loop.add(launched.descriptor, edgeTriggered: false)
        var recording = session.start()
        try launched.release()
        var hasEnded = false
        while !hasEnded {
            if case .ended = session.loop.wait(milliseconds: 10, ring: session.probes.ring.descriptor) { hasEnded = true }
            _ = unsafe session.probes.ring.consume { unsafe take($0) }
        }
        session.stop(&recording)
        _ = unsafe session.probes.ring.consume { unsafe take($0) }
        _ = launched.wait()
        let counters = CaptureSession.drain(session.probes, into: &session.aggregator)
        guard counters.overflowed == 0 else {
            throw CaptureError("The ring was full while the command ran: record a shorter one.")
        }
    }

    private mutating func take(_ record: UnsafeRawBufferPointer) {
        guard record.count >= MemoryLayout<syslat_record_header>.size else { return }
        unsafe bytes.append(contentsOf: record)
        ends.append(bytes.count)
        // Inside the record: its size was checked.
        let header = unsafe record.loadUnaligned(as: syslat_record_header.self)
        if UInt32(header.kind) != SYSLAT_RECORD_PROCESS_EXIT.rawValue { events += Int(header.count) }
    }
}
