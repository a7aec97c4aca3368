import LatencyHistogram
import Profile
import ProfileFile
import SyscallTable
import TestSupport
import Testing

/// Recorders pack the series of their files: the same profile in less room.
@Suite struct PackedSeriesTests {
    private static func packed(_ profile: Profile) throws -> [UInt8] { try ProfileFileWriter.text(of: profile, packsSeries: true) }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// A distribution of many buckets, with counts of every size.
    private static func distribution(using random: inout SeededGenerator) -> LatencyHistogram {
        var recorder = HistogramRecorder()
        for _ in 0..<Int.random(in: 1...200, using: &random) {
            let value = UInt64.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 21...63, using: &random)
            // Sums don't get to the end of their type, at which their order would be open.
            recorder.record(value, times: UInt64(1) << UInt64.random(in: 0...(value < 1000 ? 40 : 8), using: &random))
        }
        return recorder.snapshot()
    }

    private static func profile(intervals: Int, using random: inout SeededGenerator) -> Profile {
        var profile = Profile.random(intervals: intervals, using: &random)
        for index in profile.intervals.indices {
            profile.intervals[index].calls =
                profile.intervals[index].calls.map { call in
                    var series = call.series
                    for place in series.indices where series[place].inferred == 0 && Bool.random(using: &random) {
                        series[place].distribution = distribution(using: &random)
                    }
                    return CallProfile(id: call.id, series: series, errnos: call.errnos, afterExit: call.afterExit)
                }.byFallingTotal
        }
        if intervals > 0 { profile.calls = profile.intervals.merged() }
        return profile
    }

    @Test func `reading gives the profile that was written`() throws {
        var random = SeededGenerator.fromEnvironment()
        for number in 0..<rounds(200) {
            let profile = Self.profile(intervals: number % 4, using: &random)
            let bytes = try Self.packed(profile)
            #expect(bytes.starts(with: Array("{\"syslat-profile\":3,".utf8)))
            let read = try ProfileFileReader.read(bytes, path: "f")
            let isSame = read == profile
            #expect(isSame, "profile \(number)")
            let writesSame = try Self.packed(read) == bytes
            #expect(writesSame, "the same profile must give the same bytes")
        }
    }

    @Test func `a name is said once, however many intervals there are`() throws {
        var random = SeededGenerator.fromEnvironment()
        var profile = Self.profile(intervals: 1, using: &random)
        profile.intervals = Array(repeating: profile.intervals[0], count: 5)
        let series = profile.intervals[0].calls.flatMap(\.series).count
        let lines = Self.lines(try Self.packed(profile))
        #expect(lines.filter { $0.hasPrefix("{\"series_names\":") }.count == (series > 0 ? 1 : 0))
        #expect(lines.filter { $0.hasPrefix("{\"packed_series\":") }.count == (series > 0 ? 5 : 0))
    }

    /// Lines that the reader would refuse for their length can't come about.
    @Test func `many full distributions are in several lines`() throws {
        let full = LatencyHistogram(
            buckets: (0..<BucketScheme.bucketCount).map { .init(index: $0, count: 1 << 40) }, aboveRange: 0, sum: 1 << 60, min: 0,
            max: 1 << 42 - 1)
        var random = SeededGenerator.fromEnvironment()
        var profile = Profile.random(intervals: 1, using: &random)
        profile.intervals[0].calls = (0..<200).map { number in
            CallProfile(
                id: SyscallID(abi: .x86_64, number: number),
                series: [Series(outcome: .ran, failed: false, distribution: full)], errnos: [])
        }
        profile.intervals[0].calls = profile.intervals[0].calls.byFallingTotal
        profile.calls = profile.intervals.merged()
        let bytes = try Self.packed(profile)
        let lines = Self.lines(bytes)
        #expect(lines.filter { $0.hasPrefix("{\"packed_series\":") }.count == 2)
        #expect(lines.allSatisfy { $0.utf8.count < ProfileFileReader.longestLine })
        let isSame = try ProfileFileReader.read(bytes, path: "f") == profile
        #expect(isSame)
    }

    @Test(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing)))
    func `a reader that was written from the documentation finds the series that an unpacked file has`() throws {
        var random = SeededGenerator.fromEnvironment()
        for number in 0..<8 {
            let profile = Self.profile(intervals: number % 3, using: &random)
            func series(_ bytes: [UInt8]) throws -> [String] {
                try Oracles.ask("unpack_series.py", about: String(decoding: bytes, as: UTF8.self), for: [String].self)
            }
            let (unpacked, plain) = (try series(Self.packed(profile)), try series(ProfileFileWriter.text(of: profile)))
            #expect(unpacked == plain, "profile \(number)")
            #expect(plain.count >= profile.intervals.reduce(0) { $0 + $1.calls.reduce(0) { $0 + $1.series.count } })
        }
    }

    /// What a recorder is for: an interval of a busy machine takes a third of the room.
    @Test func `packed intervals compress to less than half`() throws {
        var random = SeededGenerator.fromEnvironment()
        var profile = Profile.random(intervals: 1, using: &random)
        profile.intervals[0].calls = (0..<60).map { number in
            var recorder = HistogramRecorder()
            let middle = UInt64(500) << UInt64(number % 8)
            for _ in 0..<300 { recorder.record(.random(in: middle...2 * middle, using: &random)) }
            return CallProfile(
                id: SyscallID(abi: .x86_64, number: Int32(number)),
                series: [Series(outcome: .ran, failed: false, distribution: recorder.snapshot())], errnos: [])
        }
        profile.intervals[0].calls = profile.intervals[0].calls.byFallingTotal
        var (packing, plain) = (ProfileFileWriter(packsSeries: true), ProfileFileWriter())
        _ = try (packing.begin(profile), plain.begin(profile))
        let packed = ProfileFileWriter.compressed(try packing.append(profile.intervals[0])).count
        let unpacked = ProfileFileWriter.compressed(try plain.append(profile.intervals[0])).count
        #expect(2 * packed < unpacked, "\(packed) and \(unpacked) bytes")
    }

    // MARK: What is refused

    /// The error of reading a file with these packed series; empty if there is none.
    private func complaint(_ series: String) throws -> String {
        var random = SeededGenerator(seed: 1)
        var profile = Profile.random(using: &random)
        (profile.calls, profile.vdso, profile.workload, profile.processes, profile.inFlight) = ([], nil, nil, [], [])
        var lines = Self.lines(try Self.packed(profile)).dropLast()
        lines.insert(
            "{\"series_names\":[{\"abi\":\"x86_64\",\"number\":0,\"name\":\"read\",\"outcome\":\"ran\",\"failed\":false}]}", at: 1)
        lines.insert("{\"packed_series\":\(series)}", at: 2)
        do {
            _ = try ProfileFileReader.read(Signed.file(Array(lines)), path: "f.syslat")
            return ""
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("[[1,545,100,345,\"A\"]]", "a packed series has the name 1, and 1 were said before it"),
        (
            "[[18446744073709551615,545,100,345,\"A\"]]",
            "a packed series has the name 18446744073709551615, and 1 were said before it"
        ),
        ("[[-1,545,100,345,\"A\"]]", "this is not valid JSON, or a number in it is negative, broken or too large"),
        ("[[0,1,1,1,\"1\"]]", "packed buckets have a letter or + where it is expected"),
        ("[[0,1,1,1,\"+1\"]]", "packed buckets have a letter or + where it is expected"),
        ("[[0,1,1,1,\"A A\"]]", "packed buckets have a letter or + where it is expected"),
        ("[[0,1,1,1,\"A\u{e9}\"]]", "packed buckets have a letter or + where it is expected"),
        ("[[0,1,1,1,\"A+\"]]", "the packed buckets break off"),
        ("[[0,1,1,1,\"A0\"]]", "the packed buckets break off"),
        ("[[0,1,1,1,\"A0B\"]]", "a packed bucket is empty"),
        ("[[0,1,1,1,\"A18446744073709551616\"]]", "the count of a packed bucket is too large"),
        ("[[0,1,1,1,\"A99999999999999999999999\"]]", "the count of a packed bucket is too large"),
        ("[[0,1,1,1,\"\(String(repeating: "+", count: 89))\"]]", "a packed bucket is above the range"),
        ("[[0,0,0,0,\"\"]]", "a distribution has at least one call, and its min_ns is at most its max_ns"),
        ("[[0,1,2,1,\"A\"]]", "a distribution has at least one call, and its min_ns is at most its max_ns"),
        ("[[0,545,100,345,\"+w2+++r\"]]", ""),
        ("[[0,545,101,345,\"+w2+++r\"]]", "min_ns 101 is above the first bucket"),
        ("[[0,545,100,343,\"+w2+++r\"]]", "max_ns 343 is below the last bucket"),
        ("[[0,1,1,1,\"B\",0,1]]", "1 calls can't be inferred of a distribution of 1"),
        ("[[0,1,1,1]]", "a value is of the wrong kind at .packed_series[0]"),
        ("[[0,1,1,\"A\",1]]", "a value is of the wrong kind at .packed_series[0][3]"),
        ("[[0,1,1,1,\"B\"],[0,1,1,1,\"B\"]]", "the series of x86_64:read is there twice"),
    ])
    func `a malformed or contradictory series is refused`(series: String, reason: String) throws {
        let complaint = try complaint(series)
        #expect(complaint == (reason.isEmpty ? "" : "f.syslat, line 3: \(reason)"))
    }

    @Test func `bytes that change anywhere are refused or a profile, and never a trap`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(100) {
            // Without intervals, whose hashes would not fit any more.
            let lines = Self.lines(try Self.packed(Self.profile(intervals: 0, using: &random))).dropLast()
            var changed = Array(lines)
            for _ in 0..<3 {
                let line = Int.random(in: 0..<changed.count, using: &random)
                guard changed[line].contains("series") else { continue }
                var bytes = Array(changed[line].utf8)
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = Array("AZaz+09\"[],{}-".utf8).randomElement(using: &random) ?? 0
                changed[line] = String(decoding: bytes, as: UTF8.self)
            }
            try expectProfileOrRefusal(Signed.file(changed))
        }
    }
}
