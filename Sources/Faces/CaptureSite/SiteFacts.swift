import Presentation
import Profile

extension CaptureSite.Facts {
    /// What the page says of the server.
    func lines(on windows: KeptWindows) -> [(name: String, text: String)] {
        guard let capture = windows.profile?.capture, let host = windows.profile?.host else { return [] }
        var lines = [
            ("Version", version), ("Kernel", host.kernelRelease),
            ("Running for", HumanFormat.duration(nanoseconds: capture.durationNanoseconds)),
            (
                "Kept",
                "\(HumanFormat.duration(nanoseconds: windows.covered)) of windows, \(HumanFormat.bytes(UInt64(windows.bytes)))"
            ),
            (
                "Capabilities still held",
                "\(capabilities.isEmpty ? "none" : capabilities.joined(separator: ", ")); the threads that answer hold none"
            ),
        ]
        if let selection = capture.selection { lines.insert(("Calls", selection), at: 2) }
        return lines.map { (name: $0.0, text: $0.1) }
    }
}
