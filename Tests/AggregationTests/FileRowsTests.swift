import CSyslatABI
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import Aggregation

/// Calls by file in a bounded number of rows, beside dictionaries that keep all.
@Suite struct FileRowsTests {
    /// `times` calls of one kind on a file, each of which took `nanoseconds`, as the kernel side would count them.
    private func counted(_ number: Int32, _ times: UInt64, each nanoseconds: UInt64) throws -> FileCalls {
        var calls = syslat_file_calls()
        (calls.calls.0, calls.total_ns.0) = (times, times * nanoseconds)
        (calls.distribution.count, calls.distribution.sum_ns) = (times, times * nanoseconds)
        let bucket = (0..<320).first { OverflowSeries.bounds(ofBucket: $0).contains(nanoseconds) }!
        // One of the 320 buckets.
        unsafe withUnsafeMutableBytes(of: &calls.distribution.buckets) {
            unsafe $0.bindMemory(to: UInt64.self)[bucket] = times
        }
        return try #require(FileCalls(index: Int(syslat_call_index(0, UInt32(number))), calls: calls))
    }

    private func place(_ inode: Int) -> FileCalls.Place { .file(device: 8, inode: UInt64(inode), generation: 0) }

    private func total(_ calls: FileCalls) -> [UInt64] {
        [calls.series.calls, calls.series.totalNanoseconds, calls.distribution.count, calls.distribution.sum]
    }

    @Test func `a file's calls of all kinds are together, whenever they came`() throws {
        var files = FileRows()
        files.add([(place(1), try counted(0, 3, each: 100)), (place(1), try counted(1, 1, each: 5000))], names: [:])
        files.add([(place(1), try counted(0, 2, each: 900)), (place(2), try counted(0, 1, each: 7))], names: [:])
        let row = try #require(files.rows[place(1)]?.calls)
        #expect(total(row) == [6, 7100, 6, 7100] && row.series.map(\.calls).sorted() == [1, 5])
        #expect(total(try #require(files.rows[place(2)]?.calls)) == [1, 7, 1, 7] && files.givenUp == nil)
        #expect(try #require(row.distribution.value(at: Quantile(1, of: 2))) < 1000)
    }

    @Test func `no call is lost, whatever rows are given up, and the files with the most time keep theirs`() throws {
        var random = SeededGenerator.fromEnvironment()
        var files = FileRows(limit: 100)
        var all: [Int: UInt64] = [:]
        for _ in 0..<60 {
            var calls: [(place: FileCalls.Place, calls: FileCalls)] = []
            // Ten large files, and thousands that come and go.
            for inode in 0..<10 {
                calls.append((place(inode), try counted(0, 1, each: 1_000_000)))
                all[inode, default: 0] += 1_000_000
            }
            for _ in 0..<80 {
                let (inode, time) = (Int.random(in: 10..<3000, using: &random), UInt64.random(in: 100..<9000, using: &random))
                calls.append((place(inode), try counted(1, 2, each: time)))
                all[inode, default: 0] += 2 * time
            }
            files.add(calls.shuffled(using: &random), names: [:])
            #expect(files.rows.count <= 100)
        }
        let rest = try #require(files.givenUp)
        var sums = total(rest)
        for row in files.rows.values {
            for (column, value) in total(row.calls).enumerated() { sums[column] += value }
        }
        let time = all.values.reduce(0, +)
        #expect(sums == [60 * 170, time, 60 * 170, time])
        for inode in 0..<10 { #expect(files.rows[place(inode)]?.calls.series.totalNanoseconds == all[inode]) }
        for (place, row) in files.rows {
            guard case .file(_, let inode, _) = place else { continue }
            #expect(row.calls.series.totalNanoseconds <= all[Int(inode)] ?? 0)
        }
    }

    @Test func `a row has a name once its file has one, and keeps it`() throws {
        var named = syslat_file_name()
        (named.file.argument, named.file.name_bytes, named.name.0, named.name.1) = (1, 2, 97, 0)
        let record = try #require(FileRecord(named))
        var files = FileRows(limit: 2)
        files.add([(place(1), try counted(0, 1, each: 10))], names: [place(7): record])
        #expect(files.rows[place(1)]?.record == nil && files.rows.count == 1)
        files.add([], names: [place(1): record])
        files.add([(place(1), try counted(0, 1, each: 10))], names: [:])
        #expect(files.rows[place(1)]?.record?.name == [97, 0])
    }
}
