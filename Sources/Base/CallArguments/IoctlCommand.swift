/// The number of a command to a device.
///
/// Most are made of a direction, a size, a type and a number; the others were numbered before there was such a rule.
/// Source: include/uapi/asm-generic/ioctl.h.
struct IoctlCommand {
    private let value: UInt64

    init(_ value: UInt64) { self.value = value }

    /// The name, or its parts: `_IOC(_IOC_READ, 0x12, 0x72, 0x8)`.
    func text(_ table: ValueTable) -> String {
        table.name(of: value) ?? sized ?? parts
    }

    /// Direction, type, number and size.
    var parts: String {
        let directions = ["_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"]
        let parts = [value >> 8 & 0xff, value & 0xff, value >> 16 & 0x3fff].map(Numbers.hex)
        return "_IOC(\(directions[Int(value >> 30 & 3)]), \(parts.joined(separator: ", ")))"
    }

    /// Commands whose size is that of the caller's buffer.
    private var sized: String? {
        let (size, rest) = (value >> 16 & 0x3fff, value & ~0x3fff_0000)
        guard let name = Self.sizedNames[rest] else { return nil }
        return "\(name)(\(size))"
    }

    /// Source: include/uapi/linux/input.h, joystick.h, hidraw.h, uinput.h, without the size.
    private static let sizedNames: [UInt64: String] = [
        0x8000_4506: "EVIOCGNAME", 0x8000_4507: "EVIOCGPHYS", 0x8000_4508: "EVIOCGUNIQ", 0x8000_4509: "EVIOCGPROP",
        0x8000_450a: "EVIOCGMTSLOTS", 0x8000_4518: "EVIOCGKEY", 0x8000_4519: "EVIOCGLED", 0x8000_451a: "EVIOCGSND",
        0x8000_451b: "EVIOCGSW", 0x8000_4804: "HIDIOCGRAWNAME", 0x8000_4805: "HIDIOCGRAWPHYS", 0x8000_6a13: "JSIOCGNAME",
        0x8000_552c: "UI_GET_SYSNAME",
    ]
}
