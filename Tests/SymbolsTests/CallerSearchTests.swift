import Foundation
import Glibc
import Testing

@testable import Linux
@testable import Symbols

/// The caller of a function without a frame, in a process that waits in a system call of its C library.
@Suite("callers of functions without frames", .enabled(if: Requirement.mayOpenMappings, "mapped files can't be opened here"))
struct CallerSearchTests {
    /// A sample that waits for its input, and what its stack ends with.
    private func waiting(_ body: (RunningSample, StackEnd) throws -> Void) throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder, ["-fno-omit-frame-pointer"]))
        defer { sample.end() }
        var fields: [Substring] = []
        for _ in 0..<2000 where fields.count != 9 {
            // "running" while it gets there; then number, arguments, stack pointer and program counter: proc_pid_syscall(5).
            fields = (try String(contentsOfFile: "/proc/\(sample.pid)/syscall", encoding: .utf8)).split(separator: " ")
            if fields.count != 9 { usleep(1000) }
        }
        try #require(fields.count == 9)
        func number(_ field: Int) -> UInt64 {
            UInt64(fields[field].trimmingCharacters(in: .whitespacesAndNewlines).dropFirst(2), radix: 16)!
        }
        let memory = try ProcessView(sample.pid).memory()
        let bytes = try memory.reading(from: Int(number(7)), limit: 64)
        let words = stride(from: 0, to: 64, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        try body(sample, StackEnd(instruction: number(8), words: words))
    }

    #if arch(x86_64)
    @Test func `it is found by its call, and the frames behind it stay`() throws {
        try waiting { sample, end in
            var namer = StackNamer()
            let search = try #require(CallerSearch(try ProcessView(sample.pid)))
            let (main, waiting) = (try #require(sample.addresses["main"]), try #require(sample.addresses["wait_for_input"]))
            let behindCall = try #require((1...2000).first { search.caller(of: waiting, among: [main + $0]) != nil })
            let frames = [Frame(address: end.instruction), Frame(address: main + behindCall)]
            let named = namer.names(of: frames, endingWith: end, process: sample.pid)
            try #require(named.map(\.isDirectCaller) == [false, true, false])
            // Somewhere else in main frame pointers can't have led to.
            let wrong = [frames[0], Frame(address: main + behindCall - 1), frames[1]]
            #expect(namer.names(of: wrong, endingWith: end, process: sample.pid) == Array(named.prefix(2)))
            #expect(named[0].function?.name.hasSuffix("read") == true && named[2].function?.name == "main")
            #expect(named[1].function?.name == "wait_for_input", "\(named[1].text)")
        }
    }

    @Test func `it is there once, however it was found`() throws {
        try waiting { sample, end in
            var namer = StackNamer()
            let first = Frame(address: end.instruction)
            let found = namer.names(of: [first], endingWith: end, process: sample.pid)
            let caller = try #require(found.count == 2 ? found[1].file : nil)
            let known = Frame(buildID: try #require(caller.buildID), fileOffset: caller.fileOffset)
            let named = namer.names(of: [first, known], endingWith: end, process: sample.pid)
            #expect(named.count == 2 && named[1].function?.name == "wait_for_input")
        }
    }
    #endif

    @Test func `addresses of other calls, of no code and of nothing are no callers`() throws {
        try waiting { sample, end in
            var namer = StackNamer()
            let (local, main) = (try #require(sample.addresses["local"]), try #require(sample.addresses["main"]))
            // The words are right, and the function is another.
            let other = StackEnd(instruction: try #require(sample.addresses["puts"]), words: end.words)
            #expect(namer.names(of: [Frame(address: other.instruction)], endingWith: other, process: sample.pid).count == 1)
            // Every place of main behind a call, none of which calls read.
            for words in [[local, 0, 1, .max, 1 << 46], (1...200).map { main + $0 }] {
                let wrong = StackEnd(instruction: end.instruction, words: words)
                #expect(namer.names(of: [Frame(address: end.instruction)], endingWith: wrong, process: sample.pid).count == 1)
            }
        }
    }
}
