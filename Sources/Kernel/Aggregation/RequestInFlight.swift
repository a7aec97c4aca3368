package import CSyslatABI
package import SyscallTable

/// A request to io_uring that has not completed.
package struct RequestInFlight: Sendable, Hashable {
    /// The process, and its thread that submitted the request.
    package let pid, tid: Int32
    package let id: SyscallID
    /// CLOCK_MONOTONIC, in nanoseconds.
    package let submittedAt: UInt64

    package init(_ request: syslat_request) {
        (pid, tid) = (Int32(bitPattern: request.tgid), Int32(bitPattern: request.tid))
        id = SyscallID(abi: .ioUring, number: Int32(request.opcode))
        submittedAt = request.start_ns
    }
}
