import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@Suite struct DecodingTests {
    private func expectMalformed(_ record: [UInt8], _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let feed = Feed()
        feed.send(record)
        #expect(feed.malformedRecords == 1, "\(what)", sourceLocation: sourceLocation)
        #expect(feed.completed == 0 && feed.malformedEvents == 0, "\(what)", sourceLocation: sourceLocation)
        #expect(feed.calls().isEmpty && feed.processes().isEmpty, "\(what)", sourceLocation: sourceLocation)
    }

    @Test func `every field of an event is decoded at any alignment`() throws {
        for offset in 0..<8 {
            let feed = Feed()
            let event = Event(duration: 0x3ff_4567_89ab, tgid: 0x30_2010, number: 777, error: 4095, abi: 2, outcome: 1)
            feed.send(Record.batch([event]), offset: offset)
            let call = try #require(feed.call(.x32, 777))
            #expect(call.series.map(\.outcome) == [.blocked])
            #expect(call.series.map(\.failed) == [true])
            #expect(call.errnos.map(\.errno) == [4095])
            #expect(call.distribution == LatencyHistogram(recording: [0x3ff_4567_89ab]))
            #expect(feed.processes().map(\.pid) == [0x30_2010])
            #expect(feed.completed == 1 && feed.malformed == 0)
        }
    }

    /// The kernel skipped the program at one end of it.
    @Test func `a call of which one end was seen is counted with its error, and has no latency`() throws {
        let feed = Feed()
        let unseen = Event(duration: 0, number: 7, error: 4, outcome: 2, sampling: 15)
        feed.send(Event(duration: 300, number: 7).single())
        for event in [unseen, unseen, Event(duration: 0, number: 7, sampling: 15)] { feed.send(event.single()) }
        #expect(feed.completed == 4 && feed.unmeasured == 3 && feed.malformed == 0)
        let call = try #require(feed.call(.x86_64, 7))
        #expect(call.calls == 4 && call.series.filter(\.failed).reduce(0) { $0 + $1.calls } == 2)
        #expect(call.errnos == [ErrnoCount(errno: 4, count: 2)])
        #expect(call.series.first { $0.failed }?.outcome == .preempted)
        #expect(call.series.reduce(0) { $0 + $1.unrepresented } == 2)
    }

    @Test func `a call of which one end was seen has neither duration nor evidence`() {
        for event in [
            Event(duration: 1, number: 7, sampling: 15), Event(duration: 0, number: 7, evidence: 2, sampling: 15),
            Event(duration: 0, tgid: 0, number: 7, sampling: 15), Event(duration: 0, number: 5000, sampling: 15),
        ] {
            let feed = Feed()
            feed.send(event.single())
            #expect(feed.malformedEvents == 1 && feed.completed == 0 && feed.unmeasured == 0, "\(event)")
        }
    }

    @Test func `a request to io_uring is in a row of its own, and not among the calls`() throws {
        let feed = Feed()
        let request = Event(duration: 5000, number: 3, error: 9, outcome: 1, request: 1)
        feed.send(Record.batch([Event(number: 3), request, Event(number: 255, request: 1)]))
        feed.send(request.single())
        #expect(feed.completed == 1 && feed.requests == 3 && feed.malformed == 0)
        let row = try #require(feed.call(.ioUring, 3))
        #expect(row.series.map(\.outcome) == [.blocked] && row.calls == 2)
        #expect(row.errnos == [ErrnoCount(errno: 9, count: 2)])
        #expect(row.distribution == LatencyHistogram(recording: [5000, 5000]))
        #expect(feed.call(.ioUring, 255)?.calls == 1 && feed.call(.x86_64, 3)?.calls == 1)
    }

    @Test func `a record of a single call can hold the longest latency`() throws {
        for offset in 0..<8 {
            let feed = Feed()
            let event = Event(duration: .max - 7, tgid: 0x30_2010, number: -777, error: 4095, abi: 1, outcome: 2)
            feed.send(event.single(), offset: offset)
            let call = try #require(feed.call(.ia32, -777))
            #expect(call.series.map(\.outcome) == [.preempted])
            #expect(call.errnos.map(\.errno) == [4095])
            #expect(call.distribution == LatencyHistogram(recording: [.max - 7]))
            #expect(feed.processes().map(\.pid) == [0x30_2010])
            #expect(feed.completed == 1 && feed.malformed == 0)
        }
    }

    @Test(arguments: [Event(tgid: 0), Event(tgid: 4 << 20), Event(tgid: .max), Event(outcome: 3), Event(abi: 1, request: 1)])
    func `an impossible call in a record of its own is malformed`(event: Event) {
        let feed = Feed()
        feed.send(event.single())
        #expect(feed.malformedEvents == 1 && feed.malformedRecords == 0 && feed.completed == 0)
        feed.send(Event().single(reserved: 1))
        #expect(feed.malformedEvents == 2 && feed.completed == 0)
    }

    @Test func `a record truncated at any byte is malformed`() {
        let batch = Record.batch([Event(), Event(number: 1), Event(number: 2)])
        for length in 0..<batch.count { expectMalformed(Array(batch.prefix(length)), "\(length) bytes of a batch") }
        let exit = Record.processExit(42, comm: Array("dd".utf8))
        for length in 0..<exit.count { expectMalformed(Array(exit.prefix(length)), "\(length) bytes of a process end") }
        let call = Event().single()
        for length in 0..<call.count { expectMalformed(Array(call.prefix(length)), "\(length) bytes of a call") }
    }

    @Test func `a record with trailing bytes is malformed`() {
        expectMalformed(Record.batch([Event()]) + [0], "a batch and a byte")
        expectMalformed(Record.batch([Event()]) + Event().bytes, "an event beyond the count")
        expectMalformed(Record.processExit(42, comm: []) + [0], "a process end and a byte")
        expectMalformed(Event().single() + [0], "a call and a byte")
    }

    @Test func `records of other versions and unknown kinds are malformed`() {
        for version in (0...10 as ClosedRange<UInt16>).filter({ $0 != Record.version }) + [Record.version << 8, .max] {
            expectMalformed(Record.batch([Event()], version: version), "version \(version)")
            expectMalformed(Record.processExit(42, comm: [], version: version), "process end of version \(version)")
            expectMalformed(Event().single(version: version), "call of version \(version)")
        }
        for kind in [0, 3, 4, 0x101, .max] as [UInt16] { expectMalformed(Record.batch([Event()], kind: kind), "kind \(kind)") }
    }

    @Test func `a record with an impossible count is malformed`() {
        expectMalformed(Record.batch([]), "no events")
        expectMalformed(Record.batch([Event()], count: 0), "an event beyond the count")
        expectMalformed(Record.batch([Event()], count: 2), "one event too few")
        expectMalformed(Record.batch(Array(repeating: Event(), count: Record.mostEvents + 1)), "one event more than a full batch")
        expectMalformed(Record.batch([Event()], count: .max), "the largest count")
        // 16 * count wraps to 16 in 32 bits.
        expectMalformed(Record.batch([Event()], count: (1 << 28) + 1), "a count whose bytes wrap")
        expectMalformed(Record.processExit(42, comm: [], count: 0), "no process end")
        expectMalformed(Record.processExit(42, comm: [], count: 2), "two process ends")
        expectMalformed(Event().single(count: 0), "no call")
        expectMalformed(Event().single(count: 2), "two calls")
    }

    @Test func `a full batch is decoded whole`() {
        let feed = Feed()
        feed.send(Record.batch(Array(repeating: Event(), count: Record.mostEvents)))
        #expect(feed.completed == UInt64(Record.mostEvents))
        #expect(feed.malformed == 0)
    }

    @Test(arguments: [
        Event(outcome: 3), Event(number: 256, request: 1), Event(outcome: 3, request: 1), Event(tgid: 0), Event(clock: 1),
        Event(evidence: 6),
        Event(evidence: 7), Event(sampling: 13), Event(sampling: 14), Event(sampling: 15),
    ])
    func `an impossible event is counted as malformed and its neighbours are kept`(event: Event) {
        let feed = Feed()
        feed.send(Record.batch([Event(), event, Event()]))
        #expect(feed.malformedEvents == 1)
        #expect(feed.malformedRecords == 0)
        #expect(feed.completed == 2)
        #expect(feed.calls().map(\.calls) == [2])
        #expect(feed.processes().map(\.calls) == [2])
    }

    @Test(arguments: [
        Event(abi: 3), Event(outcome: 2), Event(error: 4095), Event(tgid: 1), Event(tgid: (4 << 20) - 1), Event(duration: 0),
        Event(duration: (1 << 42) - 1), Event(number: 1023), Event(number: 1024), Event(number: -1), Event(sampling: 12),
        Event(evidence: 1), Event(evidence: 5, clock: 255),
    ])
    func `events with the most extreme valid values are accepted`(event: Event) {
        let feed = Feed()
        feed.send([event])
        #expect(feed.completed == 1)
        #expect(feed.malformed == 0)
    }

    @Test func `the end of a process with an impossible id is malformed`() {
        expectMalformed(Record.processExit(0, comm: []), "process 0")
        expectMalformed(Record.processExit(4 << 20, comm: []), "a process beyond the largest id")
        expectMalformed(Record.processExit(.max, comm: []), "process -1")
    }

    @Test(
        arguments: [
            (Array("dd".utf8), "dd"), (Array("a\0b".utf8), "a"), ([], ""), (Array("0123456789abcdef".utf8), "0123456789abcdef"),
            ([0x61, 0xff, 0x62], "a\u{FFFD}b"), (Array("\u{1B}[2J".utf8), "\u{1B}[2J"),
        ] as [([UInt8], String)])
    func `a process name ends at its first NUL or after 16 bytes`(comm: [UInt8], name: String) {
        let feed = Feed()
        feed.send([Event(tgid: 9)])
        feed.send(Record.processExit(9, comm: comm))
        #expect(feed.processes().map(\.comm) == [name])
    }

    @Test func `random records never trap and every event is accounted for`() {
        var random = SeededGenerator.fromEnvironment()
        let feed = Feed(processRowLimit: 64)
        var events: UInt64 = 0
        var wrong: [[UInt8]] = []
        for round in 0..<rounds(100_000) {
            let record = randomRecord(using: &random)
            let (before, malformed) = (feed.decoded + feed.malformedEvents, feed.malformedRecords)
            feed.send(record)
            let taken = feed.decoded + feed.malformedEvents - before
            // Either all events of the record and nothing else, or one malformed record, or the end of a process.
            let isWhole =
                (Int(taken) * 16 + 8 == record.count || taken == 1 && record.count == 32) && feed.malformedRecords == malformed
            let isRefused = taken == 0 && feed.malformedRecords == malformed + 1
            let isExit = taken == 0 && feed.malformedRecords == malformed && record.count == 40 && record[2] == 2
            if !isWhole && !isRefused && !isExit { wrong.append(record) }
            events += taken
            if round % 1000 == 0 { feed.retire() }
        }
        #expect(wrong.isEmpty)
        #expect(feed.decoded > 1000 && feed.malformedEvents > 1000 && feed.malformedRecords > 1000)
        #expect(feed.decoded + feed.malformedEvents == events)
        #expect(feed.calls().reduce(0) { $0 + $1.calls } == feed.decoded)
        // Events that stand for several are shared out in proportion, to the nearest call.
        let series = feed.processes().flatMap(\.series)
        let attributed = series.reduce(0) { $0 + Int($1.calls) }
        #expect(abs(attributed - Int(feed.decoded)) <= series.count / 2)
    }

    /// Random bytes, random bytes after a valid header, or a valid record with a few bytes changed.
    private func randomRecord(using random: inout SeededGenerator) -> [UInt8] {
        switch UInt8.random(in: 0..<4, using: &random) {
        case 0:
            return (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        case 1:
            let count = Int.random(in: 1...3, using: &random)
            let noise = (0..<16 * count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            return Record.header(kind: .random(in: 1...3, using: &random), count: UInt32(count)) + noise
        default:
            let events = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                Event.random(pids: 1...200, using: &random)
            }
            var record = Record.batch(events)
            if Bool.random(using: &random) {
                record = Record.processExit(.random(in: 1...200, using: &random), comm: Array("noise".utf8))
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                record[Int.random(in: 0..<record.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            return record
        }
    }
}
