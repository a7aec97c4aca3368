import LatencyHistogram
import LiveView
import Profile
import ReportFixtures
import SyscallTable
import TestSupport

/// A capture that goes on: cumulative profiles, as a session would give them. All of it follows from the seed.
struct LiveFixture {
    private struct Kind {
        var number: Int32
        var outcome: Outcome
        var failed: Bool
        /// Calls in a second, and the base of their latency in nanoseconds.
        var rate: Int
        var base: UInt64
        var errno: Int32?
    }

    private static let kinds = [
        Kind(number: 0, outcome: .ran, failed: false, rate: 900, base: 310),
        Kind(number: 0, outcome: .blocked, failed: false, rate: 90, base: 48_000),
        Kind(number: 0, outcome: .ran, failed: true, rate: 50, base: 205, errno: 11),
        Kind(number: 1, outcome: .ran, failed: false, rate: 610, base: 820),
        Kind(number: 74, outcome: .blocked, failed: false, rate: 6, base: 9_000_000),
        Kind(number: 74, outcome: .preempted, failed: false, rate: 1, base: 1_000_000),
        Kind(number: 202, outcome: .blocked, failed: false, rate: 40, base: 210_000),
        Kind(number: 202, outcome: .blocked, failed: true, rate: 3, base: 5_000_000, errno: 110),
        Kind(number: 257, outcome: .ran, failed: false, rate: 9, base: 2_600),
        Kind(number: 257, outcome: .ran, failed: true, rate: 4, base: 1_450, errno: 2),
        Kind(number: 232, outcome: .blocked, failed: false, rate: 2, base: 300_000_000),
    ]
    static let names: [(pid: Int32, comm: String, title: String?)] = [
        (1234, "redis-server", "redis-server *:6379"), (1300, "postgres", "postgres: walwriter"),
        (77, "\u{1b}[2J\u{202e}evil\r\n\u{7f}", nil), (88, "数据库服务器进程名字很长很长很长", "/opt/数据/服务器 --端口 1"),
        (99, "e\u{301}\u{301}\u{301}\u{301}moji 👩‍👧 ❤️", nil),
    ]

    private var generator: SeededGenerator
    private var recorded = LiveFixture.kinds.map { _ in LatencyHistogram() }
    private var errnos: [Int32: [Int32: UInt64]] = [:]
    private(set) var second: UInt64 = 0

    init(seed: UInt64 = 7) { generator = SeededGenerator(seed: seed) }

    /// The snapshot of the next second.
    mutating func next() -> LiveSnapshot {
        second += 1
        for (place, kind) in Self.kinds.enumerated() {
            // The call 74 becomes slow for a while, and 232 comes only sometimes.
            let slow: UInt64 = kind.number == 74 && (40...50).contains(second) ? 20 : 1
            let rate = kind.number == 232 && second.isMultiple(of: 3) ? 0 : kind.rate
            var recorder = HistogramRecorder()
            for _ in 0..<rate {
                let word = generator.next()
                let tail = UInt64((word >> 40).trailingZeroBitCount / 2)
                recorder.record((kind.base * slow << min(tail, 5)) + (kind.base * (word & 0xff)) / 256)
            }
            recorded[place].merge(recorder.snapshot())
            if let errno = kind.errno { errnos[kind.number, default: [:]][errno, default: 0] += UInt64(kind.rate) }
        }
        return snapshot
    }

    private var snapshot: LiveSnapshot {
        var series: [Int32: [Series]] = [:]
        for (kind, distribution) in zip(Self.kinds, recorded) where !distribution.isEmpty {
            series[kind.number, default: []].append(
                Series(outcome: kind.outcome, failed: kind.failed, distribution: distribution))
        }
        let calls = series.map { number, series in
            CallProfile(
                id: .native(number), series: series,
                errnos: (errnos[number] ?? [:]).map { ErrnoCount(errno: $0.key, count: $0.value) })
        }
        let completed = calls.reduce(0) { $0 + $1.calls }
        var capture = Fixtures.capture(scope: "all processes")
        capture.durationNanoseconds = second * 1_000_000_000
        capture.consumerCPUNanoseconds = second * 3_100_000
        let profile = Profile(
            tool: "syslat 0.2.0", host: Fixtures.host, capture: capture,
            balance: Balance(
                entered: completed + 3, completed: completed, inFlight: 3, neverReturned: 0,
                lostByCause: [:]),
            calls: calls.byFallingTotal, processes: processes(of: calls.byFallingTotal), inFlight: Self.inFlight)
        return LiveSnapshot(profile, wallNanoseconds: Fixtures.start + second * 1_000_000_000, sections: Self.sections)
    }

    static let inFlight = [
        InFlightCall(pid: 1234, tid: 1234, comm: "redis-server", id: .native(74), ageNanoseconds: 4_870_123_456),
        InFlightCall(
            pid: 77, tid: 78, comm: names[2].comm, thread: "\u{9b}31m", id: .native(232), ageNanoseconds: 90_123_456_000,
            beganBefore: true),
        InFlightCall(pid: 1300, tid: 1302, comm: "postgres", thread: "checkpointer", id: .native(74), ageNanoseconds: 20_000_000),
    ]

    static let sections = [
        LiveSection(
            title: "Slowest calls", lines: ["12:34:56.10  181 ms  redis-server  fsync(12</data/a.aof>)", "with \u{1b}[31m in it"],
            item: .call(.native(74)))
    ]

    /// Shares of a half, a quarter and so on.
    private func processes(of calls: [CallProfile]) -> [ProcessProfile] {
        Self.names.enumerated().map { place, name in
            let parts = calls.flatMap { call in
                call.series.compactMap { series -> ProcessSeries? in
                    let share = place == Self.names.count - 1 ? place : place + 1
                    let (calls, total) = (series.calls >> UInt64(share), series.distribution.sum >> UInt64(share))
                    return calls == 0
                        ? nil
                        : ProcessSeries(
                            id: call.id, outcome: series.outcome, failed: series.failed, calls: calls, totalNanoseconds: total)
                }
            }
            return ProcessProfile(pid: name.pid, comm: name.comm, title: name.title, series: parts)
        }
    }

    /// The snapshots of the first 70 seconds: made once, since many tests want them.
    static let snapshots: [LiveSnapshot] = {
        var fixture = LiveFixture()
        return (0..<70).map { _ in fixture.next() }
    }()

    /// A model that has watched for so many seconds, in which so many calls were lost.
    static func model(seconds: Int = 62, columns: Int = 100, rows: Int = 30, lost: UInt64 = 0) -> LiveModel {
        if seconds == 62, lost == 0 {
            var model = watched
            model.resize(to: ScreenSize(columns: columns, rows: rows))
            return model
        }
        return newModel(seconds: seconds, columns: columns, rows: rows, lost: lost)
    }

    private static let watched = newModel(seconds: 62, columns: 100, rows: 30, lost: 0)

    private static func newModel(seconds: Int, columns: Int, rows: Int, lost: UInt64) -> LiveModel {
        var model = LiveModel(size: ScreenSize(columns: columns, rows: rows))
        for snapshot in snapshots.prefix(seconds) {
            var snapshot = snapshot
            if lost > 0 {
                let balance = snapshot.profile.balance
                snapshot.profile.balance = Balance(
                    entered: balance.entered + lost, completed: balance.completed, inFlight: balance.inFlight, neverReturned: 0,
                    lostByCause: [.noSlot: lost])
            }
            model.take(snapshot)
        }
        return model
    }

    /// A time series, with an interval of a second each.
    static func series(seconds: Int) -> Profile {
        var last: Profile?
        var intervals: [Interval] = []
        for second in 0..<UInt64(seconds) {
            let profile = snapshots[Int(second)].profile
            let calls = profile.calls.compactMap { call in
                guard let old = last?.calls.first(where: { $0.id == call.id }) else { return call }
                return call.subtracting(old)
            }
            intervals.append(
                Interval(
                    startNanoseconds: second * 1_000_000_000, durationNanoseconds: 1_000_000_000,
                    startedAtNanoseconds: Fixtures.start + second * 1_000_000_000, calls: calls,
                    inFlight: CallsInFlight(calls: Array(Self.inFlight.prefix(Int(second % 4))))))
            last = profile
        }
        var profile = last ?? Fixtures.empty
        profile.intervals = intervals
        return profile
    }
}

extension Screen {
    /// The rows as text, without blanks at their ends.
    var text: String { (0..<size.rows).map { text(ofRow: $0) + "\n" }.joined() }

    /// The same, and below it the styles: a letter for each cell that has one, and what the letters are.
    var styledText: String {
        var letters: [CellStyle: Character] = [:]
        var legend: [String] = []
        let names = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let lines = (0..<size.rows).map { row in
            let line = self[row].map { cell -> Character in
                guard cell.style != .plain else { return " " }
                if letters[cell.style] == nil {
                    letters[cell.style] = names[letters.count % names.count]
                    let style = cell.style
                    legend.append(
                        "\(names[(letters.count - 1) % names.count]): \(style.ink)\(style.isBold ? " bold" : "")\(style.isDim ? " dim" : "")"
                            + "\(style.isReversed ? " reversed" : "")\(style.heat > 0 ? " heat \(style.heat)" : "")")
                }
                return letters[cell.style] ?? "?"
            }
            return String(String(line).reversed().drop { $0 == " " }.reversed()) + "\n"
        }
        return text + "---\n" + lines.joined() + "---\n" + legend.joined(separator: "\n") + "\n"
    }
}
