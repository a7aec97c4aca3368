import TestSupport
import Testing

@testable import FlightRecorder

/// What is kept and what is dropped.
@Suite struct RetentionTests {
    private static let second: UInt64 = 1_000_000_000

    private static func retention(keep: UInt64 = 60, bytes: UInt64 = 2000, incidents: Int = 3) -> Retention {
        Retention(keepNanoseconds: keep * second, intervalNanoseconds: second, mostBytes: bytes, incidents: incidents)
    }

    private static func segments(_ sizes: [(bytes: UInt64, seconds: UInt64)]) -> [Segment] {
        sizes.enumerated().map { place, size in
            Segment(number: UInt64(place), bytes: size.bytes, durationNanoseconds: size.seconds * second)
        }
    }

    @Test func `a segment is a thirtieth of what is kept, an interval at least, five minutes at most`() {
        #expect(Self.retention(keep: 1800).segmentNanoseconds == 60 * Self.second)
        #expect(Self.retention(keep: 5).segmentNanoseconds == Self.second)
        #expect(Self.retention(keep: 86_400 * 7).segmentNanoseconds == 300 * Self.second)
    }

    @Test func `a segment is full when it is long enough or large enough`() {
        let retention = Self.retention(keep: 1800, bytes: 60_000)
        #expect(!retention.isFull(bytes: 0, durationNanoseconds: 58 * Self.second))
        #expect(retention.isFull(bytes: 0, durationNanoseconds: 59 * Self.second))
        #expect(!retention.isFull(bytes: 999, durationNanoseconds: 0))
        #expect(retention.isFull(bytes: 1000, durationNanoseconds: 0))
    }

    @Test(
        arguments: [
            ([(1, 30), (1, 30), (1, 1)], 0), ([(1, 30), (1, 30), (1, 30)], 1), ([(1, 30), (1, 30), (1, 29)], 0), ([(1, 500)], 0),
            ([(1, 500), (1, 0)], 0), ([(1, 500), (1, 60)], 1), ([(600, 1), (600, 1)], 1), ([(5000, 1)], 0),
            ([(5000, 1), (5000, 1)], 1),
            ([(400, 1), (400, 1), (400, 1)], 1), ([], 0), ([(.max, .max / 1_000_000_000), (.max, 1), (1, 1)], 2),
        ] as [([(bytes: UInt64, seconds: UInt64)], Int)])
    func `the oldest go when the rest is long enough, or all are too large`(
        _ sizes: [(bytes: UInt64, seconds: UInt64)], _ dropped: Int
    ) {
        #expect(Self.retention().segmentsToDrop(Self.segments(sizes)) == dropped)
    }

    /// Whatever comes, what is wanted is kept and no more than is allowed.
    @Test func `after any growth the bounds hold`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<200 {
            let retention = Self.retention(keep: UInt64.random(in: 1...100, using: &random), bytes: 2000)
            var segments: [Segment] = []
            for number in 0..<60 {
                let size = (
                    bytes: UInt64.random(in: 0...300, using: &random), seconds: UInt64.random(in: 0...20, using: &random)
                )
                segments.append(Segment(number: UInt64(number), bytes: size.bytes, durationNanoseconds: size.seconds * Self.second))
                let before = segments
                segments.removeFirst(retention.segmentsToDrop(segments))
                let kept = segments.reduce(0) { $0 + $1.durationNanoseconds }
                #expect(!segments.isEmpty)
                #expect(segments.reduce(0) { $0 + $1.bytes } <= 1000)
                // It dropped nothing that was needed, unless there was no room.
                if let last = before.dropLast(segments.count).last {
                    let isTooLarge = segments.reduce(last.bytes) { $0 + $1.bytes } > 1000
                    #expect(kept >= retention.keepNanoseconds || isTooLarge)
                }
                // It dropped all that it may.
                #expect(segments.count == 1 || kept - segments[0].durationNanoseconds < retention.keepNanoseconds)
            }
        }
    }

    @Test(
        arguments: [
            ([], 100, 0), ([1, 1], 100, 0), ([1, 1, 1], 100, 1), ([1, 1, 1, 1, 1], 100, 3), ([600, 300], 500, 1),
            ([600, 600], 1000, 2),
            ([600, 600], .max, 2),
        ] as [([UInt64], UInt64, Int)])
    func `the oldest incidents go when there are too many or too large ones`(_ sizes: [UInt64], _ adding: UInt64, _ dropped: Int) {
        #expect(Self.retention().incidentsToDrop(sizes, adding: adding) == dropped)
    }

    @Test func `an incident has every segment with something of its time, and none of earlier recordings`() {
        let segments = [nil, 0, 10, 20, 30].enumerated().map { place, start in
            Segment(
                number: UInt64(place), bytes: 1, durationNanoseconds: 10 * Self.second,
                startNanoseconds: start.map { UInt64($0) * Self.second })
        }
        func numbers(_ start: UInt64) -> [UInt64] {
            Self.retention().segments(since: start * Self.second, among: segments).map(\.number)
        }
        #expect(numbers(0) == [1, 2, 3, 4])
        #expect(numbers(9) == [1, 2, 3, 4])
        #expect(numbers(10) == [2, 3, 4])
        #expect(numbers(39) == [4])
        #expect(numbers(40) == [])
    }
}

/// The names of files.
@Suite struct RecordedFileTests {
    @Test func `names are read as they are written`() throws {
        for number in [0, 1, 42, 99_999_999, 100_000_000, 999_999_999_999_999] as [UInt64] {
            for partial in ["", ".partial"] {
                let segment = try #require(RecordedFile(name: RecordedFile.segmentName(number) + partial))
                #expect((segment.kind, segment.number, segment.isPartial) == (.segment, number, partial != ""))
                let name = RecordedFile.incidentName(number, time: "20260301T123456Z", reason: "p99(fsync)")
                let incident = try #require(RecordedFile(name: name + partial))
                #expect((incident.kind, incident.number, incident.isPartial) == (.incident, number, partial != ""))
            }
        }
    }

    @Test(arguments: [
        ("p99(fsync)", "incident-0007-T-p99-fsync.syslat"), ("in_flight", "incident-0007-T-in_flight.syslat"),
        ("p99(*at,!openat)", "incident-0007-T-p99-at-openat.syslat"), ("", "incident-0007-T.syslat"),
        ("../../etc/passwd", "incident-0007-T-etc-passwd.syslat"), ("\u{0}\u{1b}é\n", "incident-0007-T.syslat"),
        (String(repeating: "a", count: 5000), "incident-0007-T-\(String(repeating: "a", count: 40)).syslat"),
    ])
    func `a reason becomes a part of a name that any shell takes`(_ reason: String, _ name: String) {
        #expect(RecordedFile.incidentName(7, time: "T", reason: reason) == name)
    }

    @Test(arguments: [
        "", "segment", "segment-.syslat", "segment-x1.syslat", "segment-1", "segment-1.syslat.bak", "segment-1-2.syslat",
        "segment-1234567890123456.syslat", "segment--1.syslat", "segment-+1.syslat", "segment-١.syslat", "Segment-1.syslat",
        "profile-1.syslat", ".syslat", "incident.syslat", "notes.txt", ".partial",
    ])
    func `other files are nobody's business`(_ name: String) {
        #expect(RecordedFile(name: name) == nil)
    }
}
