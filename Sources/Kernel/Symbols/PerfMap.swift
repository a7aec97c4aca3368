import CLinux
import Linux
import PlainText

/// The functions of code that a process compiled while it ran, as it wrote them down for perf(1): /tmp/perf-PID.map, one line for each,
/// `START SIZE NAME` in hexadecimal. Source: tools/perf/Documentation/jit-interface.txt.
///
/// The file is read as a stream, once for a set of addresses: JIT compilers add to it all the time, and it may be large.
struct PerfMap {
    /// The functions that were asked for, and where they begin.
    private(set) var functions: [UInt64: (name: String, start: UInt64)] = [:]
    /// Lines of another form.
    private(set) var linesLeftOut = 0

    private static let longestLine = 2 * 18 + SymbolLimits.longestName

    /// Opens the map file of a process, if it can't be a trap.
    ///
    /// Links are not followed, and it must be a regular file of one name that belongs to the process's user or to root: root reads it, and
    /// anybody could name another file there, whose lines would then stand in reports.
    ///
    /// - Parameters:
    ///   - root: the process's root folder.
    ///   - pid: its process id in its own namespace.
    ///   - user: its effective user id.
    static func open(in root: borrowing Descriptor, pid: Int32, user: UInt32) throws(FileRefusal) -> Descriptor {
        let file = try CheckedFile(Array("tmp/perf-\(pid).map".utf8), from: root, links: CLINUX_NO_LINKS)
        guard file.owner == user || file.owner == 0 else { throw .ownedByOther(uid: file.owner) }
        guard file.links == 1 else { throw .severalLinks }
        guard file.id.size >= 0, UInt64(file.id.size) <= SymbolLimits.largestMapFile else {
            throw .tooLarge(limit: SymbolLimits.largestMapFile)
        }
        return try file.open()
    }

    /// Looks for the functions at some addresses. Where functions overlap, the last one in the file counts: the memory was used again.
    init(_ file: borrowing Descriptor, addresses: Set<UInt64>) throws(FileRefusal) {
        let sorted = addresses.sorted()
        var splitter = LineSplitter(longest: PerfMap.longestLine)
        do throws(Errno) {
            try Descriptor.read(file.number, limit: Int(SymbolLimits.largestMapFile)) { piece in
                splitter.add(piece) { add($0, to: sorted) }
            }
        } catch { throw .system(error) }
        splitter.end { add($0, to: sorted) }
        linesLeftOut += splitter.leftOut
    }

    private mutating func add(_ line: ArraySlice<UInt8>, to addresses: [UInt64]) {
        guard let (start, size, name) = PerfMap.fields(line) else {
            linesLeftOut += 1
            return
        }
        // An end beyond the last address is one too many for any function.
        let (end, overflow) = start.addingReportingOverflow(size)
        guard !overflow else {
            linesLeftOut += 1
            return
        }
        var index = addresses.firstIndex(after: { $0 >= start })
        guard index < addresses.count, addresses[index] < end else { return }
        let text = ExactText.string(name.prefix(SymbolLimits.longestName))
        while index < addresses.count, addresses[index] < end {
            functions[addresses[index]] = (text, start)
            index += 1
        }
    }

    private static func fields(_ line: ArraySlice<UInt8>) -> (start: UInt64, size: UInt64, name: ArraySlice<UInt8>)? {
        let blank = UInt8(ascii: " ")
        var rest = line
        func number() -> UInt64? {
            // Some compilers write 0x, which perf reads too.
            if rest.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")]) { rest = rest.dropFirst(2) }
            guard let number = Hex.number(&rest), rest.first == blank else { return nil }
            rest = rest.dropFirst()
            return number
        }
        guard let start = number(), let size = number(), !rest.isEmpty else { return nil }
        return (start, size, rest)
    }
}
