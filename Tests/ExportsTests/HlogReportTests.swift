import Foundation
import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

@Suite struct HlogReportTests {
    /// The payload's bytes depend on the version of zlib, so the snapshots hold its decoded content.
    @Test(arguments: Fixtures.exports.keys.sorted())
    func `the hlog report matches its snapshot`(name: String) throws {
        let profile = try #require(Fixtures.exports[name])
        let text = HlogReport.render(profile, byInterval: true)
        #expect(HlogReport.render(profile, byInterval: true) == text)
        let lines = try text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.hasPrefix("Tag=") else { return String(line) }
            let fields = line.split(separator: ",")
            let payload = try DecodedPayload(base64: fields[4])
            #expect(payload.header == [0, 2, 1, 1 << 42 - 1, (1.0).bitPattern])
            let counts = payload.buckets.map { "\(BucketScheme.lowerBound(of: $0.index)):\($0.count)" }
            return fields[..<4].joined(separator: ",") + ",{" + counts.joined(separator: " ") + "}"
        }
        try Snapshot().verify(lines.joined(separator: "\n"), is: "\(name).hlog")
    }

    /// The cookie and the upper bytes of the length are the same in every payload of every log.
    @Test func `payloads start with HISTFAAA like those of every other writer`() {
        let tags = HlogReport.render(Fixtures.typical).split(separator: "\n").filter { $0.hasPrefix("Tag=") }
        #expect(!tags.isEmpty)
        for tag in tags { #expect(tag.split(separator: ",")[4].hasPrefix("HISTFAAA")) }
    }

    @Test(
        arguments: [
            ([(0, 1)], [0x02]), ([(1, 1)], [0x00, 0x02]), ([(2, 63)], [0x03, 0x7e]), ([(3, 64)], [0x05, 0x80, 0x01]),
            ([(0, 1 << 32)], [0x80, 0x80, 0x80, 0x80, 0x20]),
            ([(0, UInt64(Int64.max))], [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            ([(0, .max)], [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            ([(4607, 1)], [0xfd, 0x47, 0x02]),
        ] as [([(Int, UInt64)], [UInt8])])
    func `counts and gaps are written as zigzag varints`(buckets: [(Int, UInt64)], bytes: [UInt8]) {
        #expect(HdrPayload.counts(buckets.map { .init(index: $0.0, count: $0.1) }) == bytes)
    }

    @Test func `what the hlog format can't hold is reported in comments`() {
        let lines = HlogReport.render(Fixtures.extreme).split(separator: "\n")
        #expect(lines.contains("#[read/blocked: calls of 2^42 ns (73 min) or more, which are not in the histogram: 8]"))
        #expect(
            lines.contains(
                "#[ia32:read/ran: the count at 93 ns is 18446744073709551615, and 9223372036854775807 in the histogram]"))
        #expect(!lines.contains { $0.hasPrefix("Tag=ia32:read/blocked,") })
    }

    @Test func `tags contain no comma and no space`() {
        let tags = Fixtures.exports.values.flatMap { profile in
            HlogReport.render(profile).split(separator: "\n").filter { $0.hasPrefix("Tag=") }
        }
        #expect(tags.count > Fixtures.exports.count)
        for tag in tags { #expect(tag.split(separator: ",", omittingEmptySubsequences: false).count == 5 && !tag.contains(" ")) }
    }
}
