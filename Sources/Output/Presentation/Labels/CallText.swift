import PlainText
package import Profile
package import SyscallTable

/// A call and its arguments as people read them. Nothing in it can control a terminal.
package enum CallText {
    /// `fsync(4</var/lib/x.wal>)`. The name alone where no argument is known.
    package static func of(_ id: SyscallID, _ details: CallDetails, on host: Host) -> String {
        let name = PlainText.line(id.label(on: host))
        let described = details.descriptors.map(\.argument) + details.paths.map(\.argument)
        let known = details.arguments.isEmpty ? described.sorted() : Array(details.arguments.indices)
        guard !known.isEmpty else { return name }
        return "\(name)(\(known.map { argument($0, details) }.joined(separator: ", ")))"
    }

    private static func argument(_ place: Int, _ details: CallDetails) -> String {
        if let path = details.paths.first(where: { $0.argument == place }) {
            return "\"\(PlainText.line(path.text))\"\(path.isCut ? "…" : "")"
        }
        let value = details.arguments.indices.contains(place) ? details.arguments[place] : nil
        guard let descriptor = details.descriptors.first(where: { $0.argument == place }) else {
            return value.map { "0x\(String($0, radix: 16))" } ?? ""
        }
        return "\(value.map { String(UInt32(truncatingIfNeeded: $0)) } ?? "")<\(PlainText.line(descriptor.name))>"
    }

    /// What the program got: `0`, `-1 ENOENT`.
    package static func result(of call: SlowCall) -> String {
        call.errno.map { "-1 \(ErrnoTable.name($0))" } ?? String(call.result)
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
