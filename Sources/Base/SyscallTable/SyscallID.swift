/// The convention by which a program entered the kernel, or handed it a request. A number means nothing without it.
package enum ABI: UInt8, Sendable, Hashable, CaseIterable, Codable {
    /// 64-bit calls by SYSCALL.
    case x86_64 = 0
    /// 32-bit calls by int 0x80, SYSENTER or 32-bit SYSCALL, from 32-bit and from 64-bit programs.
    case ia32 = 1
    /// 64-bit calls with `__X32_SYSCALL_BIT` (0x40000000); numbers are given without that bit.
    case x32 = 2
    /// 64-bit calls on Arm.
    case aarch64 = 3
    /// Requests to io_uring, which are no system calls. A number is an opcode, below 256.
    case ioUring = 5

    /// Those of system calls.
    package static let ofCalls: [ABI] = [.x86_64, .ia32, .x32, .aarch64]

    /// The name that every output uses.
    package var name: String {
        switch self {
        case .x86_64: "x86_64"
        case .ia32: "ia32"
        case .x32: "x32"
        case .aarch64: "aarch64"
        case .ioUring: "io_uring"
        }
    }

    package init?(name: some StringProtocol) {
        guard let abi = ABI.allCases.first(where: { $0.name == name }) else { return nil }
        self = abi
    }
}

/// A system call, or a request to io_uring: its ABI and its number there.
package struct SyscallID: Sendable, Hashable, Comparable {
    package var abi: ABI
    package var number: Int32

    package init(abi: ABI, number: Int32) {
        self.abi = abi
        self.number = number
    }

    package static func < (left: SyscallID, right: SyscallID) -> Bool {
        (left.abi.rawValue, left.number) < (right.abi.rawValue, right.number)
    }
}
