import SyscallTable

/// Writes a call on one line as strace would: `openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3`.
///
/// What others chose (paths, names) is escaped, so the text has no control characters. Addresses stand where strace shows memory.
extension ObservedCall {
    /// The most characters (Unicode scalars) that ``text`` has.
    package static let longestText = 512

    /// The call, its arguments and its result; the result is left out while the call is in flight. Arguments that are too long are
    /// cut with `…`.
    package var text: String {
        let head = name + "("
        let tail = ")" + (resultText.map { " = " + $0 } ?? "")
        let room = Self.longestText - head.unicodeScalars.count - tail.unicodeScalars.count
        return head + argumentsText(atMost: max(1, room)) + tail
    }

    /// The name of the call, as in "read".
    package var name: String { call.name }

    /// What stands between the parentheses.
    package var argumentsText: String { argumentsText(atMost: Self.longestText) }

    /// What stands behind the `=`; nil while the call is in flight.
    package var resultText: String? {
        result.map { ResultText(call: self, result: $0).text }
    }

    private func argumentsText(atMost limit: Int) -> String {
        let writer = ArgumentText(self)
        let parts = writer.parameters.map { parameter in
            (parameter.label.map { $0 + "=" } ?? "") + writer.text(of: parameter)
        }
        return Escaped.cut(parts.joined(separator: ", "), to: limit)
    }
}
