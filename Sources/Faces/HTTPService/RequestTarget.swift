/// What a request line asks for: `/path?query`, or a whole address, as clients write it that take this server for a proxy.
///
/// Source: RFC 9112, section 3.2
struct RequestTarget {
    /// The host of a whole address, with its port; nil of a path alone.
    let host: String?
    /// Path and query; anything else as it was sent.
    let path: String

    init(_ text: String) {
        let scheme = "http://"
        guard text.prefix(scheme.count).lowercased() == scheme else {
            (host, path) = (nil, text)
            return
        }
        let rest = text.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        host = String(rest[..<end])
        path = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
    }
}
