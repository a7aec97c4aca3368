/// What a guest of an architecture is made of: its emulator, its serial ports, its programs. A guest of another architecture than this host's
/// is always emulated.
package enum GuestMachine: Sendable, Hashable {
    case x86_64
    case arm64

    /// That of this host.
    static var current: GuestMachine {
        #if arch(arm64)
        .arm64
        #else
        .x86_64
        #endif
    }

    /// QEMU's program, and the Debian package that has it.
    var emulator: String { self == .x86_64 ? "qemu-system-x86_64" : "qemu-system-aarch64" }
    var package: String { self == .x86_64 ? "qemu-system-x86" : "qemu-system-arm" }

    /// The first serial port, for the kernel's command line; and the second one, in the guest.
    var console: String { self == .x86_64 ? "ttyS0" : "ttyAMA0" }
    var channelPath: String { self == .x86_64 ? "/dev/ttyS1" : "/dev/ttyS0" }

    /// The architecture of its programs: e_machine of elf(5), and its name.
    var programMachine: Int { self == .x86_64 ? 62 : 183 }
    var name: String { self == .x86_64 ? "x86-64" : "arm64" }

    /// How to get a program for it.
    var programHint: String {
        if self == .current { return "`make static` builds one that can, .build-static/syslat." }
        if self == .arm64 { return "`make static-arm64` builds one that can, .build-static-arm64/syslat." }
        return "`make static` on such a machine builds one that can."
    }

    /// Arguments of its kernel. An early check of x86's timer counts ticks, and panics if a busy host gives the guest too few.
    var kernelArguments: [String] { ["console=\(console)"] + (self == .x86_64 ? ["no_timer_check"] : []) }

    /// The machine and its processor, for QEMU.
    func arguments(_ acceleration: Acceleration) -> [String] {
        switch self {
        case .x86_64: ["-M", "q35", "-cpu", "max"]
        // The authentication of pointers as the architecture has it takes half of an emulated kernel's time.
        case .arm64: ["-M", "virt", "-cpu", acceleration == .kvm ? "max" : "max,pauth-impdef=on"]
        }
    }

    /// The second serial port, for QEMU: the board of arm64 has only one, so it is a card.
    var channelArguments: [String] {
        switch self {
        case .x86_64: ["-serial", "chardev:channel"]
        case .arm64: ["-device", "pci-serial,chardev=channel"]
        }
    }
}
