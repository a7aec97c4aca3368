import PlainText
package import Profile

extension ProcessProfile {
    /// The name, with the title where that says more: `nginx`, `postgres: walwriter`, `backup.py [/usr/bin/python3]`. `?` without a name.
    package var label: String {
        let comm = PlainText.line(comm)
        let name = comm.isEmpty ? "?" : comm
        guard let title = title.map(PlainText.line) else { return name }
        // A path of a program is longer than its name, and says no more. Login shells have a hyphen before theirs.
        let path = title.prefix { $0 != " " }
        let file = path.lastIndex(of: "/").map { path.index(after: $0) } ?? title.startIndex
        var short = title[file...]
        if short.first == "-" { short = short.dropFirst() }
        guard !short.isEmpty, short != comm else { return name }
        // It begins with the name: more words follow, or the kernel has cut the name off.
        return short.hasPrefix(comm) && !comm.isEmpty ? String(short) : "\(name) [\(title)]"
    }
}
