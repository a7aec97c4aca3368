import Presentation
import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import TextReport

/// Whole reports, compared with files that a person has read.
@Suite struct TextReportTests {
    typealias Options = TextReport.Options

    /// One report: a profile, what was asked for, and the file to compare with.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var profile: Profile
        var options: Options
        var testDescription: String { name }

        init(_ name: String, _ profile: Profile, _ options: Options = Options()) {
            self.name = name
            self.profile = profile
            self.options = options
        }
    }

    static let cases: [Case] = {
        var launched = Fixtures.typical
        launched.capture = Fixtures.capture(
            scope: "command and its children", selection: "read,write,@net",
            command: ["sh", "-c", "cat /etc/hosts | wc -l", "it's"], exitStatus: 3)
        var waiting = Fixtures.empty
        waiting.inFlight = Fixtures.inFlight
        waiting.balance = Balance(entered: 3, completed: 0, inFlight: 3, neverReturned: 0, lostByCause: [:])
        var unselected = Fixtures.empty
        unselected.capture.selection = "openat,close"
        var exited = Fixtures.empty
        exited.balance = Balance(entered: 1, completed: 0, inFlight: 0, neverReturned: 1, lostByCause: [:])
        var totals = Fixtures.typical
        for index in totals.processes.indices { totals.processes[index].distribution = nil }
        var unbalanced = Fixtures.typical
        unbalanced.balance.completed += 12
        let single = CallProfile(
            id: .native(110), series: [Fixtures.series(.ran, 1_000, from: 170, tail: 1, seed: 21)], errnos: [])
        var narrow = Fixtures.typical
        narrow.calls = [single, CallProfile(id: .native(3), series: [Fixtures.series(.ran, 1, from: 93, seed: 1)], errnos: [])]
        var slower = Fixtures.slowProfile
        slower.slowCalls = Fixtures.slowCallsByThreshold
        return [
            Case("typical", Fixtures.typical),
            Case("uring", Fixtures.uring),
            Case("typical-color", Fixtures.typical, Options(top: 4, histograms: .named(["read"]), color: true)),
            Case("typical-width-80", Fixtures.typical, Options(histograms: .named(["read"]), width: 80)),
            Case("command", launched, Options(sort: .name)),
            Case("by-process", Fixtures.typical, Options(grouping: .process)),
            Case("by-process-totals", totals, Options(top: 2, grouping: .process)),
            Case("by-interval", Fixtures.byInterval, Options(grouping: .interval)),
            Case("by-interval-width-72", Fixtures.byInterval, Options(grouping: .interval, width: 72)),
            Case("top", Fixtures.typical, Options(sort: .calls, top: 3)),
            Case("histograms", Fixtures.typical, Options(top: 3, histograms: .all)),
            Case("histograms-narrow", narrow, Options(histograms: .named(["getppid", "close", "ia32:write"]))),
            Case("troubled", Fixtures.troubled),
            Case("troubled-by-process", Fixtures.troubled, Options(grouping: .process)),
            Case("unbalanced", unbalanced),
            Case("sampled", Fixtures.sampled),
            Case("empty", Fixtures.empty),
            Case("empty-waiting", waiting),
            Case("empty-selection", unselected),
            Case("empty-exited", exited),
            Case("wide", Fixtures.wide, Options(histograms: .all)),
            Case("wide-by-process", Fixtures.wide, Options(grouping: .process)),
            Case("wide-width-60", Fixtures.wide, Options(histograms: .all, width: 60)),
            Case("slow-calls", Fixtures.slowProfile),
            Case("slow-calls-width-60", Fixtures.slowProfile, Options(width: 60)),
            Case("slow-calls-width-160", Fixtures.slowProfile, Options(top: 3, width: 160)),
            Case("slow-calls-by-threshold", slower, Options(color: true)),
            Case("by-thread", Fixtures.grouped(by: .thread), Options(grouping: .thread)),
            Case("by-comm", Fixtures.grouped(by: .comm), Options(grouping: .comm)),
            Case("by-cgroup", Fixtures.grouped(by: .cgroup), Options(grouping: .cgroup)),
            Case("by-file", Fixtures.grouped(by: .file), Options(grouping: .file)),
            Case("by-file-width-60", Fixtures.grouped(by: .file), Options(top: 2, grouping: .file, width: 60)),
            Case("vdso", Fixtures.timekeeping, Options(width: 120)),
            Case("vdso-width-80", Fixtures.timekeeping, Options(width: 80)),
            Case("vdso-top", Fixtures.timekeeping, Options(top: 2, color: true)),
            Case("vdso-unmeasured", Fixtures.unmeasured),
            Case("vdso-vast", Fixtures.vastVDSO, Options(top: 3)),
        ]
    }()

    @Test(arguments: cases)
    func `every report is as in its snapshot`(_ example: Case) throws {
        let text = TextReport.render(example.profile, options: example.options)
        try Snapshot().verify(text, is: "\(example.name).txt")
    }

    @Test func `an interval shows what hangs while it hangs`() throws {
        let text = Fixtures.byInterval.intervals.map { TextReport.render($0, on: Fixtures.host) }.joined()
        try Snapshot().verify(text, is: "intervals.txt")
    }

    @Test(arguments: cases, [60, 80, 100, 160])
    func `no line of a report is wider than asked`(_ example: Case, width: Int) {
        var options = example.options
        options.width = width
        options.color = false
        for line in TextReport.render(example.profile, options: options).split(separator: "\n") {
            #expect(DisplayText.width(line) <= width, "\(line)")
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(line)")
            #expect(line.last != " ", "\(line)")
        }
    }

    @Test(arguments: cases)
    func `colours change nothing but the colours`(_ example: Case) {
        var (plain, colored) = (example.options, example.options)
        plain.color = false
        colored.color = true
        let text = TextReport.render(example.profile, options: colored)
        #expect(withoutEscapes(text) == TextReport.render(example.profile, options: plain))
        #expect(text.contains("\u{1b}["))
    }

    /// The row of a call, in words.
    private func row(_ name: String, of text: String) throws -> [Substring] {
        try #require(text.split(separator: "\n").map { $0.split(separator: " ") }.first { $0.first == name[...] })
    }

    /// A storm of sched_yield: hardly a call sleeps, and hardly any time is the kernel's own.
    @Test func `time that other threads took is told from time on the CPU`() throws {
        func series(_ outcome: Outcome, calls: UInt64, each: UInt64) -> Series {
            var recorder = HistogramRecorder()
            recorder.record(each, times: calls)
            return Series(outcome: outcome, failed: false, distribution: recorder.snapshot())
        }
        let yield = CallProfile(
            id: .native(24), series: [series(.ran, calls: 150, each: 1_000), series(.preempted, calls: 9_850, each: 1_000)],
            errnos: [])
        let sleep = CallProfile(id: .native(230), series: [series(.blocked, calls: 1, each: 20_000_000)], errnos: [])
        let work = CallProfile(id: .native(0), series: [series(.ran, calls: 10, each: 100_000)], errnos: [])
        let profile = Fixtures.profile([yield, sleep, work])
        let text = TextReport.render(profile, options: Options(width: 120))
        let yields = try row("sched_yield", of: text)
        #expect(yields.suffix(2) == ["2/98/0", "0%"])
        let sleeps = try row("clock_nanosleep", of: text)
        #expect(sleeps.suffix(2) == ["0/0/100", "100%"])
        #expect(text.contains("SLEPT% is the share of the calls that blocked."))
        // Where there is less room, the count of calls goes first.
        let narrow = TextReport.render(profile, options: Options(width: 90))
        #expect(narrow.contains("RAN/PRE/BLK") && !narrow.contains("SLEPT%"))
        func order(_ sort: SortKey) -> [Substring] {
            let lines = TextReport.render(profile, options: Options(sort: sort)).split(separator: "\n")
            return lines.drop { !$0.hasPrefix("CALL ") }.dropFirst().prefix(3).map { $0.prefix { $0 != " " } }
        }
        #expect(order(.total) == ["clock_nanosleep", "sched_yield", "read"])
        #expect(order(.oncpu) == ["read", "sched_yield", "clock_nanosleep"])
        #expect(order(.active) == ["sched_yield", "read", "clock_nanosleep"])
        // Who reads 20 ms below 1 ms is told why, and only then.
        let note = "Idle waits, in which threads without work sleep"
        #expect(text.contains(note) && !TextReport.render(profile, options: Options(sort: .total)).contains(note))
        #expect(!TextReport.render(Fixtures.profile([yield, work])).contains(note))
    }

    @Test func `a total that is longer than the capture is explained`() {
        let note = "Time adds up over threads"
        let text = TextReport.render(Fixtures.typical)
        #expect(text.contains("\(note): 32.5 s of calls in a capture of 10.0 s means that 3.25 calls"))
        var longer = Fixtures.typical
        longer.capture.durationNanoseconds = 40_000_000_000
        #expect(!TextReport.render(longer).contains(note))
    }

    @Test func `reports of random profiles fit their width`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(60) {
            let profile = randomProfile(using: &generator)
            let options = Options(
                sort: SortKey.allCases.randomElement(using: &generator) ?? .active,
                top: Bool.random(using: &generator) ? Int.random(in: 0...8, using: &generator) : nil,
                grouping: Grouping.allCases.randomElement(using: &generator) ?? .call, histograms: .all)
            for line in TextReport.render(profile, options: options).split(separator: "\n") {
                #expect(DisplayText.width(line) <= 100, "\(line)")
            }
        }
    }

    private func randomProfile(using generator: inout SeededGenerator) -> Profile {
        func histogram() -> LatencyHistogram {
            var recorder = HistogramRecorder()
            for _ in 0..<Int.random(in: 1...200, using: &generator) {
                recorder.record(generator.next() >> UInt64.random(in: 0...63, using: &generator))
            }
            return recorder.snapshot()
        }
        let calls = (0..<Int32.random(in: 0...12, using: &generator)).map { number in
            let series = Outcome.allCases.filter { _ in Bool.random(using: &generator) }
                .map { Series(outcome: $0, failed: Bool.random(using: &generator), distribution: histogram()) }
            return CallProfile(id: .native(number), series: series, errnos: [ErrnoCount(errno: 4, count: generator.next())])
        }
        let comm = String(decoding: (0..<40).map { _ in UInt8.random(in: 0...255, using: &generator) }, as: UTF8.self)
        let process = ProcessProfile(
            pid: 7, comm: comm, calls: generator.next(), errors: 3, totalNanoseconds: generator.next(), blocked: 1,
            distribution: Bool.random(using: &generator) ? histogram() : nil)
        var profile = Fixtures.typical
        (profile.calls, profile.processes) = (calls, [process])
        return profile
    }

    /// The text without SGR sequences.
    private func withoutEscapes(_ text: String) -> String {
        var result = ""
        var isInside = false
        for scalar in text.unicodeScalars {
            if scalar == "\u{1b}" { isInside = true }
            if !isInside { result.unicodeScalars.append(scalar) }
            if scalar == "m" { isInside = false }
        }
        return result
    }
}
