import CallArguments
import PlainText
package import Profile
package import SyscallTable

/// A call and its arguments as people read them. Nothing in it can control a terminal.
package enum CallText {
    /// `fsync(4</var/lib/x.wal>)`. The name alone where no argument is known.
    package static func of(_ id: SyscallID, _ details: CallDetails, on host: Host) -> String {
        let name = PlainText.line(id.label(on: host))
        guard details.arguments.isEmpty else { return "\(name)(\(observed(id, details).argumentsText))" }
        // The registers are gone, as after an execve; what they stood for isn't.
        let known =
            details.descriptors.map { ($0.argument, "<\(PlainText.line($0.name))>") }
            + details.paths.map { ($0.argument, "\"\(PlainText.line($0.text))\"\($0.isCut ? "..." : "")") }
        return known.isEmpty ? name : "\(name)(\(known.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: ", ")))"
    }

    /// What the program got: `0`, `-1 ENOENT`.
    package static func result(of call: SlowCall) -> String {
        var observed = observed(call.id, call.details)
        observed.result = call.errno.map { .error($0) } ?? .value(call.result)
        return observed.resultText ?? ""
    }

    private static func observed(_ id: SyscallID, _ details: CallDetails) -> ObservedCall {
        ObservedCall(
            call: id, registers: details.arguments,
            descriptorNames: Dictionary(details.descriptors.map { ($0.argument, $0.name) }) { first, _ in first },
            strings: Dictionary(
                details.paths.map { ($0.argument, CapturedString(bytes: ExactText.bytes($0.text), isCut: $0.isCut)) }
            ) { first, _ in first })
    }
}

extension CallDetails {
    /// The file that a call was about: what its first descriptor stood for, or the first path that it was given. It may have any text in
    /// it.
    package var file: String? {
        let descriptor = descriptors.min { $0.argument < $1.argument }
        return descriptor?.name ?? paths.min { $0.argument < $1.argument }.map { $0.text + ($0.isCut ? "…" : "") }
    }
}
