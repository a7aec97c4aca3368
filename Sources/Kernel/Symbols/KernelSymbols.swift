package import Linux
import PlainText

/// A function of the kernel, and a place in it.
package struct KernelPlace: Sendable, Hashable {
    /// Without the address: `vfs_read`.
    package var name: String
    /// The module that it belongs to; nil for the kernel itself.
    package var module: String?
    /// Bytes from its start.
    package var offset: UInt64

    package init(name: String, module: String?, offset: UInt64) {
        self.name = name
        self.module = module
        self.offset = offset
    }

    /// `vfs_read+0x12`, `ext4_sync_file+0x40 [ext4]`
    package var text: String {
        PlainText.line(name) + "+0x" + String(offset, radix: 16) + (module.map { " [\(PlainText.line($0))]" } ?? "")
    }
}

/// Names of kernel addresses, from /proc/kallsyms.
///
/// The file has some hundred thousand lines and is read as a stream, once for a set of addresses: nothing of it is kept. Reading takes
/// about 0.15 s, two thirds of it in the kernel, so callers collect addresses first.
package struct KernelSymbols: Sendable {
    /// Why no address has a name.
    package enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// All addresses in the file are zero: kptr_restrict, or a lack of CAP_SYSLOG.
        case hidden
        case unreadable(Errno)
        /// The file has no functions.
        case empty

        package var description: String {
            switch self {
            case .hidden: "/proc/kallsyms hides the addresses of functions: kernel.kptr_restrict is set, or CAP_SYSLOG is missing."
            case .unreadable(let error): "/proc/kallsyms can't be read: \(error)."
            case .empty: "/proc/kallsyms has no functions: the kernel was built without CONFIG_KALLSYMS."
            }
        }
    }

    package private(set) var places: [UInt64: KernelPlace] = [:]
    /// nil if the file could be used; addresses without a name are then outside of every function.
    package private(set) var problem: Problem?

    /// The longest line of the kernel has a name of KSYM_NAME_LEN, 512 bytes.
    private static let longestLine = 1024
    private static let mostBytes = 256 << 20

    /// Looks for the functions at some addresses.
    ///
    /// - Parameter areReturns: whether these are return addresses: what counts is the call before them.
    package init(addresses: Set<UInt64>, areReturns: Bool = false, path: String = "/proc/kallsyms") {
        do throws(Errno) { try look(for: addresses, areReturns: areReturns, in: path) } catch { problem = .unreadable(error) }
    }

    private mutating func look(for addresses: Set<UInt64>, areReturns: Bool, in path: String) throws(Errno) {
        let file = try Descriptor(reading: path)
        let before: UInt64 = areReturns ? 1 : 0
        var search = Search(addresses.map { $0 &- before })
        var splitter = LineSplitter(longest: KernelSymbols.longestLine)
        try Descriptor.read(file.number, limit: KernelSymbols.mostBytes) { piece in
            splitter.add(piece) { search.add($0) }
        }
        splitter.end { search.add($0) }
        search.finish()
        for (address, symbol) in zip(search.addresses, search.found) {
            guard let symbol, symbol.isFunction else { continue }
            places[address &+ before] = KernelPlace(
                name: ExactText.string(symbol.name), module: symbol.module.map { ExactText.string($0) },
                offset: (address &+ before) &- symbol.start)
        }
        problem = search.lines == 0 ? .empty : search.isHidden ? .hidden : nil
    }

    /// Looks for the nearest symbol at or before each address.
    private struct Search {
        struct Symbol {
            var start: UInt64
            /// Of type T, t, W or w. Data that lies nearer than any function means that there is no code at the address.
            var isFunction: Bool
            var name: [UInt8]
            var module: [UInt8]?
        }

        /// In rising order.
        let addresses: [UInt64]
        var found: [Symbol?]
        var lines = 0
        var isHidden = true

        init(_ addresses: [UInt64]) {
            self.addresses = addresses.sorted()
            found = Array(repeating: nil, count: addresses.count)
        }

        /// `ffffffff81000000 T _text`, or with a tab and `[module]` behind it. Source: s_show in kernel/kallsyms.c, v6.12.
        mutating func add(_ line: ArraySlice<UInt8>) {
            var rest = line
            guard let start = Hex.number(&rest), rest.count > 3, rest.first == UInt8(ascii: " ") else { return }
            let type = rest[rest.startIndex + 1]
            lines += 1
            if start != 0 { isHidden = false }
            // Absolute symbols are numbers and no places; those of the memory of each CPU are among them.
            guard start != 0, type | 0x20 != UInt8(ascii: "a") else { return }
            let index = addresses.firstIndex(after: { $0 >= start })
            let isFunction = "tw".utf8.contains(type | 0x20)
            guard index < addresses.count, Search.isBetter(start, isFunction, than: found[index]) else { return }
            let (name, module) = Search.names(rest.dropFirst(3))
            found[index] = Symbol(start: start, isFunction: isFunction, name: name, module: module)
        }

        /// To be called after the last line: a symbol was only kept for the first address behind it.
        mutating func finish() {
            for index in found.indices.dropFirst() {
                guard let before = found[index - 1], Search.isBetter(before.start, before.isFunction, than: found[index]) else {
                    continue
                }
                found[index] = before
            }
        }

        /// Of several functions at one address, the kernel itself takes the first in this file.
        private static func isBetter(_ start: UInt64, _ isFunction: Bool, than known: Symbol?) -> Bool {
            guard let known else { return true }
            return start > known.start || start == known.start && isFunction && !known.isFunction
        }

        private static func names(_ text: ArraySlice<UInt8>) -> (name: [UInt8], module: [UInt8]?) {
            let parts = text.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
            guard let name = parts.first else { return ([], nil) }
            guard parts.count == 2, parts[1].first == UInt8(ascii: "["), parts[1].last == UInt8(ascii: "]"), parts[1].count > 2
            else {
                return (Array(name), nil)
            }
            return (Array(name), Array(parts[1].dropFirst().dropLast()))
        }
    }
}
