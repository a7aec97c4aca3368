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
    /// 32-bit calls on a 64-bit Arm kernel, of the EABI.
    case arm = 6

    /// Those of system calls.
    package static let ofCalls: [ABI] = [.x86_64, .ia32, .x32, .aarch64, .arm]

    /// The name that every output uses.
    package var name: String {
        switch self {
        case .x86_64: "x86_64"
        case .ia32: "ia32"
        case .x32: "x32"
        case .aarch64: "aarch64"
        case .arm: "arm"
        case .ioUring: "io_uring"
        }
    }

    /// Whether its programs have 32-bit registers.
    package var has32Bits: Bool { self == .ia32 || self == .arm }

    package init?(name: some StringProtocol) {
        guard let abi = ABI.allCases.first(where: { $0.name == name }) else { return nil }
        self = abi
    }
}

/// The codes by which the kernel side of an architecture tells ABIs apart in call words, keys and indexes. They have two bits, so the 32-bit
/// calls of all architectures share one: SYSLAT_COMPAT_CODE.
extension ABI {
    package var code: UInt8 { self == .arm ? ABI.ia32.rawValue : rawValue }

    /// nil for a number that no ABI has.
    @inlinable
    package init?(code: UInt8, on architecture: Architecture = .current) {
        if code == ABI.ia32.rawValue, architecture == .aarch64 { self = .arm } else { self.init(rawValue: code) }
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
