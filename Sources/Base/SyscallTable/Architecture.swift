/// A processor architecture: the ABIs by which its programs may enter the kernel.
package enum Architecture: String, Sendable, Hashable, CaseIterable {
    case x86_64
    case aarch64

    /// The architecture that this program was built for.
    package static var current: Architecture {
        #if arch(x86_64)
        .x86_64
        #elseif arch(arm64)
        .aarch64
        #else
        #error("the system call tables have no ABI of this architecture")
        #endif
    }

    /// The ABIs of its system calls, the native one first, and requests to io_uring.
    package var abis: [ABI] {
        switch self {
        case .x86_64: [.x86_64, .ia32, .x32, .ioUring]
        case .aarch64: [.aarch64, .arm, .ioUring]
        }
    }

    /// The ABI of its ordinary 64-bit programs.
    package var nativeABI: ABI {
        switch self {
        case .x86_64: .x86_64
        case .aarch64: .aarch64
        }
    }

    /// The ABI of its 32-bit programs.
    package var compatABI: ABI {
        switch self {
        case .x86_64: .ia32
        case .aarch64: .arm
        }
    }
}
