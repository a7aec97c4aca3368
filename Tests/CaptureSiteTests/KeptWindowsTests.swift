import LatencyHistogram
import Profile
import ProfileFile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import CaptureSite

@Suite struct KeptWindowsTests {
    private static let second: UInt64 = 1_000_000_000

    private func histogram(_ count: Int, _ generator: inout SeededGenerator) -> LatencyHistogram {
        var recorder = HistogramRecorder()
        for _ in 0..<count { recorder.record(generator.next() >> (20 + generator.next() % 44)) }
        return recorder.snapshot()
    }

    private func calls(_ generator: inout SeededGenerator) -> [CallProfile] {
        (0..<Int32(generator.next() % 6)).map { number in
            let failed = histogram(Int(generator.next() % 20), &generator)
            let parts = [
                Series(outcome: .ran, failed: false, distribution: histogram(Int(generator.next() % 50), &generator)),
                Series(
                    outcome: .blocked, failed: true, distribution: failed, inferred: failed.count / 2,
                    unrepresented: generator.next() % 9),
            ].filter { $0.calls > 0 }
            return CallProfile(
                id: SyscallID(abi: number % 2 == 0 ? .x86_64 : .ia32, number: number == 5 ? -1 : number), series: parts,
                errnos: failed.isEmpty ? [] : [ErrnoCount(errno: 4, count: failed.count)])
        }.filter { $0.calls > 0 }
    }

    @Test func `what is encoded is what is decoded`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(200) {
            let calls = calls(&generator)
            #expect(WindowCode.decode(WindowCode.encode(calls)) == calls)
        }
        for profile in Fixtures.exports.values {
            var calls = profile.calls
            calls = calls.map { CallProfile(id: $0.id, series: $0.series, errnos: $0.errnos) }
            #expect(WindowCode.decode(WindowCode.encode(calls)) == calls)
        }
    }

    @Test func `damaged bytes are no calls, and no trap`() {
        var generator = SeededGenerator.fromEnvironment()
        var refused = 0
        for _ in 0..<rounds(2000) {
            var bytes = WindowCode.encode(calls(&generator))
            for _ in 0...(generator.next() % 3) where !bytes.isEmpty {
                bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
            }
            bytes.removeLast(Int(generator.next() % UInt64(bytes.count + 1)))
            if WindowCode.decode(bytes) == nil { refused += 1 }
        }
        #expect(refused > 0)
    }

    @Test func `windows have the calls since their beginning, and no others`() throws {
        var generator = SeededGenerator.fromEnvironment()
        var kept = KeptWindows(keep: 20 * Self.second, mostBytes: 1 << 24)
        var profile = Fixtures.profile([])
        var additions: [[CallProfile]] = []
        for step in 1...30 {
            let added = calls(&generator)
            additions.append(added)
            profile.calls = profile.calls.merged(with: added)
            profile.capture.durationNanoseconds = UInt64(step) * Self.second
            kept.take(profile)
            for length in [1, 5, 20, 100] {
                let found = try #require(kept.profile(ofLast: UInt64(length) * Self.second))
                let covered = min(length, step, 20)
                let expected = additions.suffix(covered).reduce([CallProfile]()) { $0.merged(with: $1) }
                #expect(found.capture.durationNanoseconds == UInt64(covered) * Self.second)
                #expect(found.capture.startedAtNanoseconds == Fixtures.start + UInt64(step - covered) * Self.second)
                #expect(found.calls.map(\.id).sorted() == expected.map(\.id).sorted())
                for call in found.calls {
                    let other = try #require(expected.first { $0.id == call.id })
                    #expect(call.calls == other.calls && call.errors == other.errors && call.errnos == other.errnos)
                    #expect(
                        call.distribution.buckets == other.distribution.buckets && call.distribution.sum == other.distribution.sum)
                }
                #expect(found.balance.closes && found.balance.completed == found.calls.reduce(0) { $0 + $1.calls })
                let bytes = try ProfileFileWriter.text(of: found)
                let read = try ProfileFileReader.read(bytes, path: "f.syslat")
                #expect(read == found)
            }
        }
        #expect(kept.covered == 20 * Self.second)
    }

    @Test func `memory is bounded, and the oldest goes first`() throws {
        var generator = SeededGenerator.fromEnvironment()
        var kept = KeptWindows(keep: 3600 * Self.second, mostBytes: 20_000)
        var profile = Fixtures.profile([])
        for step in 1...400 {
            profile.calls = profile.calls.merged(with: calls(&generator))
            profile.capture.durationNanoseconds = UInt64(step) * Self.second
            kept.take(profile)
            #expect(kept.bytes <= 20_000)
        }
        #expect(kept.windows.count > 5 && kept.windows.last?.end == 400 * Self.second)
        #expect(kept.bytes == kept.blockBytes + kept.windows.reduce(0) { $0 + $1.calls.count + 80 })
    }

    @Test func `where memory is short, old seconds become minutes, and nothing is lost or counted twice by that`() throws {
        var generator = SeededGenerator.fromEnvironment()
        var kept = KeptWindows(keep: 3600 * Self.second, mostBytes: 30_000)
        var profile = Fixtures.profile([])
        var totals: [UInt64] = [0]
        var recorder = HistogramRecorder()
        for step in 1...700 {
            for _ in 0...(generator.next() % 5) { recorder.record(1000 << (generator.next() % 8)) }
            let series = Series(outcome: .ran, failed: false, distribution: recorder.snapshot())
            profile.calls = [CallProfile(id: SyscallID(abi: .x86_64, number: 0), series: [series], errnos: [])]
            profile.capture.durationNanoseconds = UInt64(step) * Self.second
            totals.append(series.calls)
            kept.take(profile)
            guard step % 97 == 0 else { continue }
            #expect(kept.bytes <= 30_000)
            let first = try #require(kept.windows.first)
            #expect(first.start == 0 && zip(kept.windows, kept.windows.dropFirst()).allSatisfy { $0.end == $1.start })
            for seconds in [3600, 500, 50] {
                let some = try #require(kept.profile(ofLast: UInt64(seconds) * Self.second))
                let since = Int((profile.capture.durationNanoseconds - some.capture.durationNanoseconds) / Self.second)
                #expect(some.calls.reduce(0) { $0 + $1.calls } == totals[step] - totals[since])
            }
        }
        let minutes = kept.windows.prefix { $0.duration == 60 * Self.second }.count
        #expect(minutes > 3 && kept.windows.count > minutes + 60 && kept.windows.last?.duration == Self.second)
    }

    @Test func `a long stretch, which is added up from sums of many windows, has the same calls`() throws {
        var generator = SeededGenerator.fromEnvironment()
        var kept = KeptWindows(keep: 800 * Self.second, mostBytes: 1 << 26)
        var profile = Fixtures.profile([])
        for step in 1...1000 {
            profile.calls = profile.calls.merged(with: calls(&generator))
            profile.capture.durationNanoseconds = UInt64(step) * Self.second
            kept.take(profile)
        }
        #expect(kept.windows.count == 800 && kept.blockBytes > 0)
        for (length, end) in [(800, 1000), (701, 999), (655, 900), (601, 840)] as [(UInt64, UInt64)] {
            let stretch = try #require(kept.stretch(ofLast: length * Self.second, until: end * Self.second))
            #expect(stretch.duration == length * Self.second && stretch.end == end * Self.second)
            let apart = Set(profile.calls.prefix(2).map(\.id))
            let long = try #require(kept.profile(of: stretch, apart: apart))
            var sum: [CallProfile] = []
            for window in stretch.windows { sum = sum.merged(with: WindowCode.decode(window.calls) ?? []) }
            #expect(
                long.calls.map { "\($0.id) \($0.calls) \($0.errnos)" }.sorted()
                    == sum.map { "\($0.id) \($0.calls) \($0.errnos)" }.sorted())
            for call in long.calls {
                #expect(call.distribution == sum.first { $0.id == call.id }?.distribution)
                let pieces = long.intervals.flatMap(\.calls).filter { $0.id == call.id }
                #expect(pieces.reduce(0) { $0 + $1.calls } == (apart.contains(call.id) ? call.calls : 0))
            }
            #expect(long.intervals.count < 140 && long.intervals.reduce(0) { $0 + $1.durationNanoseconds } == length * Self.second)
        }
    }

    @Test func `a snapshot that is no younger changes nothing but the newest`() {
        var kept = KeptWindows(keep: 10 * Self.second, mostBytes: 1 << 20)
        var profile = Fixtures.profile([])
        profile.capture.durationNanoseconds = Self.second
        kept.take(profile)
        kept.take(profile)
        #expect(kept.windows.count == 1)
    }
}
