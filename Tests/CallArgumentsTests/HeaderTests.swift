import Foundation
import Testing
import TestPrograms

@testable import CallArguments

/// Compares the tables with the headers of this host, which lack the newest names.
@Suite struct HeaderTests {
    /// A name and the value that a table gives it.
    private struct Fact: Hashable {
        let name: String
        let value: UInt64
    }

    private static let isPossible: Bool = {
        #if arch(x86_64)
        guard let answer = try? check([Fact(name: "O_CREAT", value: 0x40), Fact(name: "O_EXCL", value: 0x40)], in: "asm/fcntl.h")
        else {
            return false
        }
        return answer.known.count == 2 && answer.wrong.map(\.name) == ["O_EXCL"]
        #else
        return false
        #endif
    }()

    @Test(.enabled(if: isPossible, "needs clang and the kernel's headers for x86_64"))
    func `every value is that of the host's headers`() throws {
        var facts: [String: Set<Fact>] = [:]
        for (name, table) in ValueTables.tables where !name.contains(".") {
            // The headers of the kernel itself are not installed.
            for source in table.sources where !source.hasPrefix("include/") && !source.hasPrefix("fs/") {
                facts[source, default: []].formUnion(
                    table.entries.filter { !$0.isNumber }.map { Fact(name: $0.name, value: $0.value) })
            }
        }
        var known: Set<Fact> = []
        for (source, facts) in facts {
            let answer = try Self.check(Array(facts), in: source)
            #expect(answer.wrong.isEmpty, "\(source)")
            known.formUnion(answer.known)
        }
        let all = Set(facts.values.flatMap(\.self))
        print("\(known.count) of \(all.count) values are in the headers of this host")
        #expect(known.count * 10 > all.count * 8)
    }

    /// Which of the names a header has, as macros or as enumerators, and which of these with another value.
    /// - Parameter source: `a.h+b.h` are headers that need each other.
    private static func check(_ facts: [Fact], in source: String) throws -> (known: [Fact], wrong: [Fact]) {
        let headers = ["stddef.h", "linux/types.h", "linux/ioctl.h"] + source.split(separator: "+").map(String.init)
        // A line for each name: the compiler says which ones don't hold, or can't be read.
        let head = ["#define _GNU_SOURCE"] + headers.map { "#include <\($0)>" }
        let lines = facts.map { "_Static_assert(((unsigned long long)(\($0.name)) & 0xffffffff) == \($0.value)ull, \"\");" }
        let file = FileManager.default.temporaryDirectory.appending(path: "syslat-headers-\(UUID().uuidString).c")
        try (head + lines).joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = try ProgramRun.run(["clang", "-w", "-fsyntax-only", "-ferror-limit=0", file.path], isMixed: true).output
        var (unknown, wrong): (Set<Int>, Set<Int>) = ([], [])
        for line in output.split(separator: "\n") where line.contains(": error: ") || line.contains(": fatal error: ") {
            guard line.hasPrefix(file.path),
                let number = line.dropFirst(file.path.count + 1).split(separator: ":").first.flatMap({ Int($0) }),
                facts.indices.contains(number - head.count - 1)
            else { return ([], []) }  // A header that can't be read tells nothing.
            if line.contains("static assertion failed") {
                wrong.insert(number - head.count - 1)
            } else {
                unknown.insert(number - head.count - 1)
            }
        }
        return (facts.indices.filter { !unknown.contains($0) }.map { facts[$0] }, wrong.subtracting(unknown).map { facts[$0] })
    }
}
