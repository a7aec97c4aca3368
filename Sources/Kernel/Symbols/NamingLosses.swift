import Glibc
import Linux
import PlainText

/// What names of functions may lack because there was more than is read, or because it may not be used.
///
/// A file or process that is read again counts once, with its largest figure.
package struct NamingLosses: Sendable, Hashable {
    /// Functions of a binary beyond those that are read, by its path.
    private var functions: [String: UInt64] = [:]
    /// Lines of a process's map file that are too long or of another form.
    private var mapLines: [Int32: UInt64] = [:]
    /// Processes whose mappings were not all read.
    private var cutMappings: Set<Int32> = []
    /// Why files with names were not used, as clauses, each once.
    private var refusals: [String] = []
    /// Files, processes and reasons beyond ``most`` of a kind.
    private var others: UInt64 = 0

    private static let most = 64
    private static let shown = 3

    package init() {}

    package var isEmpty: Bool { functions.isEmpty && mapLines.isEmpty && cutMappings.isEmpty && refusals.isEmpty }

    mutating func add(_ binary: Binary) { NamingLosses.add(binary.functionsLeftOut, of: binary.path, to: &functions, &others) }

    mutating func add(_ map: PerfMap, of pid: Int32) {
        NamingLosses.add(UInt64(max(0, map.linesLeftOut)), of: pid, to: &mapLines, &others)
    }

    mutating func add(_ mappings: ProcessMappings, of pid: Int32) {
        guard mappings.isCut, !cutMappings.contains(pid) else { return }
        if cutMappings.count < NamingLosses.most { cutMappings.insert(pid) } else { others += 1 }
    }

    /// Takes down why a frame of a process has no name, if that is more than that nothing names it.
    mutating func add(_ frame: NamedFrame, of pid: Int32) {
        guard let reason = frame.reason, reason.isRefusal else { return }
        let place = frame.fileName.map { "\(PlainText.line($0)) of process \(pid)" } ?? "process \(pid)"
        let clause = "\(place): \(reason)"
        guard !refusals.contains(clause) else { return }
        if refusals.count < NamingLosses.most { refusals.append(clause) } else { others += 1 }
    }

    private static func add<Key: Hashable>(_ count: UInt64, of key: Key, to counts: inout [Key: UInt64], _ others: inout UInt64) {
        guard count > 0 else { return }
        guard counts[key] != nil || counts.count < most else { return others += 1 }
        counts[key] = max(counts[key] ?? 0, count)
    }

    /// For people, each a sentence: what was left out, and what was refused.
    package var sentences: [String] {
        let cut = cutMappings.sorted()
        let parts =
            functions.sorted { $0.key < $1.key }.map {
                "\($0.value) functions of \(PlainText.line($0.key)), which has more than \(SymbolLimits.mostFunctions)"
            }
            + mapLines.sorted { $0.key < $1.key }.map {
                "\($0.value) lines of perf-\($0.key).map, which have another form or no end"
            }
            + (cut.isEmpty ? [] : ["mappings of process \(cut.map { String($0) }.joined(separator: ", "))"])
        var sentences: [String] = []
        if !parts.isEmpty {
            sentences.append(
                "Functions may be without a name or have that of another: not read were \(NamingLosses.list(parts, others)).")
        }
        if !refusals.isEmpty {
            sentences.append("Functions have no names in \(NamingLosses.list(refusals, parts.isEmpty ? others : 0)).")
        }
        return sentences
    }

    private static func list(_ parts: [String], _ others: UInt64) -> String {
        let rest = UInt64(max(0, parts.count - shown)) + others
        return parts.prefix(shown).joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
    }
}

extension UnnamedReason {
    /// Whether there was something that could have named it, and it was not to be used. That processes end, and that programs have no symbols,
    /// is in the order of things.
    fileprivate var isRefusal: Bool {
        switch self {
        // The root folder of a process that has ended is none, so nothing is found from there: EBADF.
        case .fileRefused(.system(let error)), .mapFileRefused(.system(let error)): ![ENOENT, ESRCH, EBADF].contains(error.code)
        case .processHidden, .mapFileRefused, .fileRefused: true
        case .notReadable(let error): error != .notELF
        default: false
        }
    }
}
