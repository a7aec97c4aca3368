/// The number of a device as /proc/self/mountinfo has it: `8:1`. The kernel keeps it as major << 20 | minor.
package enum DeviceText {
    package static func text(_ number: UInt32) -> String { "\(number >> 20):\(number & 0xf_ffff)" }

    static func number(_ text: String) throws(ProfileDefect) -> UInt32 {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
        guard parts.count == 2, let major = parts[0], let minor = parts[1], major < 1 << 12, minor < 1 << 20 else {
            throw ProfileDefect("'\(text)' is not a device")
        }
        return major << 20 | minor
    }
}
