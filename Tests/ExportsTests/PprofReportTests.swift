import Compression
import PlainText
import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

/// Slow calls for pprof, as Go's own pprof reads them.
@Suite(.enabled(if: Oracles.pprofIsWanted, Comment(rawValue: Oracles.missingPprof))) struct PprofReportTests {
    @Test func `pprof reads what a person has reviewed`() throws {
        let bytes = PprofReport.render(Fixtures.slowProfile)
        #expect(PprofReport.render(Fixtures.slowProfile) == bytes)
        try Snapshot().verify(try Oracles.pprof("-raw", about: bytes), is: "slow.pprof")
    }

    @Test(arguments: Fixtures.exports.keys.sorted()) func `pprof finds every slow call`(name: String) throws {
        let profile = try #require(Fixtures.exports[name])
        try expectAllCalls(of: profile)
    }

    @Test func `pprof finds every hostile slow call`() throws {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(8) { try expectAllCalls(of: Fixtures.hostileProfile(using: &generator)) }
    }

    /// The number of calls, their time, and the length of each stack.
    private func expectAllCalls(of profile: Profile, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let text = try Oracles.pprof("-raw", about: PprofReport.render(profile))
        let controls = text.unicodeScalars.filter { [.control, .format].contains($0.properties.generalCategory) }
        #expect(controls.allSatisfy { $0 == "\n" }, sourceLocation: sourceLocation)
        let calls = profile.slowCalls?.calls ?? []
        var found: [Int: (calls: UInt64, nanoseconds: UInt64)] = [:]
        for line in text.split(separator: "\n") {
            guard let match = line.wholeMatch(of: /\s+(\d+)\s+(\d+): ([\d ]+)/) else { continue }
            let values = (UInt64(match.1) ?? 0, UInt64(match.2) ?? 0)
            let known = found[match.3.split(separator: " ").count] ?? (0, 0)
            found[match.3.split(separator: " ").count] = (known.calls + values.0, known.nanoseconds &+ values.1)
        }
        let byLength = Dictionary(grouping: calls) { $0.details.userStack.count + $0.details.kernelStack.count + 1 }
        #expect(Set(found.keys) == Set(byLength.keys), sourceLocation: sourceLocation)
        for (length, calls) in byLength {
            #expect(found[length]?.calls == UInt64(calls.count), sourceLocation: sourceLocation)
            guard calls.allSatisfy({ $0.durationNanoseconds < 1 << 50 }) else { continue }
            #expect(found[length]?.nanoseconds == calls.reduce(0) { $0 + $1.durationNanoseconds }, sourceLocation: sourceLocation)
        }
        for syscall in Set(calls.map { PlainText.line($0.id.label(on: profile.host)) }) {
            #expect(text.contains(" \(syscall) (syscall) :0"), sourceLocation: sourceLocation)
        }
    }

    @Test func `pprof adds the time up by function`() throws {
        let profile = Fixtures.slowProfile
        let calls = try #require(profile.slowCalls).calls
        let text = try Oracles.pprof("-top", "-unit=ns", "-nodefraction=0", about: PprofReport.render(profile))
        /// The time in which a function was on the stack.
        func time(_ function: String) -> Int? {
            text.split(separator: "\n").compactMap { line in
                line.wholeMatch(of: /.*\s(\d+)(?:ns)?\s+[\d.]+%\s+(.*)/).flatMap { $0.2 == function[...] ? Int($0.1) : nil }
            }.first
        }
        func sum(_ isIncluded: (SlowCall) -> Bool) -> Int {
            calls.filter(isIncluded).reduce(0) { $0 + Int($1.durationNanoseconds) }
        }
        #expect(time("fsync (syscall)") == sum { $0.id.number == 74 })
        #expect(time("io_schedule") == sum { $0.details.kernelStack.contains { $0.function == "io_schedule" } })
        #expect(time("WalWriterMain") == sum { $0.details.userStack.contains { $0.function == "WalWriterMain" } })
        // Nothing names it: pprof has the file, and memory without one says what it is.
        #expect(time("[nginx]") == sum { $0.details.userStack.contains { $0.file == "/usr/sbin/nginx" } })
        #expect(time("[anon]") == time("[nginx]"))
    }

    @Test func `pprof selects calls by their labels`() throws {
        let bytes = PprofReport.render(Fixtures.slowProfile)
        for (label, calls) in [
            ("comm=nginx", 4), ("outcome=ran", 2), ("error=ENOENT", 1), ("syscall=fsync", 3), ("thread=checkpointer", 1),
            ("file=pg_wal", 2),
        ] {
            let text = try Oracles.pprof("-raw", "-sample_index=slow_calls", "-tagfocus=\(label)", about: bytes)
            let found = text.split(separator: "\n").compactMap { $0.wholeMatch(of: /\s+(\d+)\s+\d+: .*/).flatMap { Int($0.1) } }
            #expect(found.reduce(0, +) == calls, "\(label)")
        }
    }

    @Test func `offsets in files stay what they are, in places that don't overlap`() throws {
        let text = try Oracles.pprof("-raw", about: PprofReport.render(Fixtures.slowProfile))
        var mappings: [Substring: (start: UInt64, limit: UInt64, name: Substring)] = [:]
        for line in text.split(separator: "\n") {
            guard let match = line.firstMatch(of: /^(\d+): 0x(\w+)\/0x(\w+)\/0x0 (\S+)/) else { continue }
            mappings[match.1] = (UInt64(match.2, radix: 16) ?? 0, UInt64(match.3, radix: 16) ?? 0, match.4)
        }
        let ranges = mappings.values.sorted { $0.start < $1.start }
        #expect(ranges.count == 5)
        for (lower, upper) in zip(ranges, ranges.dropFirst()) { #expect(lower.limit <= upper.start) }
        var offsets: Set<UInt64> = []
        for line in text.split(separator: "\n") {
            guard let match = line.firstMatch(of: /^\s+\d+: 0x(\w+) M=(\d+)/), let mapping = mappings[match.2] else { continue }
            let address = try #require(UInt64(match.1, radix: 16))
            #expect(address >= mapping.start && address < mapping.limit)
            if mapping.name.hasSuffix("bin/postgres") { offsets.insert(address - mapping.start) }
        }
        #expect(offsets == [0x1f_0bdc, 0x1f_1861, 0x1f_3e7b, 0x49_2153])
    }

    @Test(arguments: [0, 1, 100, 70_000]) func `gzip unpacks what was packed`(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...40, using: &generator) }
        let unpacked = try Oracles.gunzip(Deflate.gzip(bytes))
        #expect(unpacked == bytes)
    }

    @Test func `numbers of every length are written as Protocol Buffers have them`() {
        // The examples of https://protobuf.dev/programming-guides/encoding/
        var message = ProtobufMessage()
        message.add(1, 150)
        message.add(2, "testing")
        message.add(6, packed: [3, 270, 86_942])
        message.add(7, 0)
        #expect(
            message.bytes
                == [
                    0x08, 0x96, 0x01, 0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67, 0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e,
                    0xa7, 0x05,
                ])
        var largest = ProtobufMessage()
        largest.add(1, .max)
        #expect(largest.bytes == [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01])
    }
}
