import CaptureSupport
import Foundation
import Testing

/// How often each call was made, and how often it failed.
struct CallCounts: Equatable, CustomStringConvertible {
    struct Count: Equatable {
        let calls, errors: UInt64
    }

    var counts: [String: Count]

    /// The table that `strace -f -c` prints: % time, seconds, usecs/call, calls, errors where there are any, name.
    init(strace table: String) throws {
        counts = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 5 || words.count == 6, Double(words[0]) != nil, let name = words.last else { continue }
            let calls = try #require(UInt64(words[3]), "\(line)")
            let errors = words.count == 6 ? try #require(UInt64(words[4]), "\(line)") : 0
            counts[String(name)] = Count(calls: calls, errors: errors)
        }
        // Only newer versions of strace list calls that never return. syslat has them in the balance.
        for name in ["total", "exit", "exit_group"] { counts[name] = nil }
        try #require(!counts.isEmpty, "strace printed no table: \(table)")
    }

    init(_ report: Report) {
        counts = [:]
        for call in report.syscalls { counts[call.name] = Count(calls: call.calls, errors: call.errors) }
    }

    func without(_ names: Set<String>) -> Self {
        var rest = self
        rest.counts = counts.filter { !names.contains($0.key) }
        return rest
    }

    var description: String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.calls)/\($0.value.errors)" }.joined(separator: ", ")
    }

    /// The differences, for people.
    func differences(from other: Self) -> [String] {
        Set(counts.keys).union(other.counts.keys).sorted().compactMap { name in
            let (mine, theirs) = (counts[name], other.counts[name])
            func text(_ count: Count?) -> String { count.map { "\($0.calls) calls, \($0.errors) errors" } ?? "none" }
            return mine == theirs ? nil : "\(name): \(text(mine)) instead of \(text(theirs))"
        }
    }
}
