// Measures what a refresh of `syslat top` costs beyond `profile`, with many processes or threads of which each makes 30 kinds of calls a second: the
// snapshot, taking it into the model, making the screen, and writing what differs. Times are CPU time of this thread.
//
// Needs root; `make bench-live` builds and runs it. Figures are medians of 40 refreshes.

import Capture
import Glibc
import Linux
import LiveView
import Profile

let refreshes = 40
let refreshesPerSecond = 2.0

func fail(_ reason: String) -> Never {
    Terminal.say("bench-live: \(reason)\n")
    exit(2)
}

func cpuNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Tasks that wait for the session before they make their calls (Benchmarks/many-tasks.c).
struct Tasks: ~Copyable {
    private let input: Descriptor
    private let output: Descriptor
    private let child: ChildProcess

    var pid: Int32 { child.pid }
    var descriptor: Int32 { output.number }

    init(_ path: String, _ kind: String, _ count: Int) throws(Errno) {
        let toChild = try PipeEnds()
        let fromChild = try PipeEnds()
        let null = try Descriptor.devNull()
        child = try ChildProcess(
            "/bin/sh", ["sh", "-c", "read go && exec \"$0\" \"$@\"", path, kind, "\(count)", "10", "1000"],
            descriptors: [toChild.reading.number, fromChild.writing.number, null.number])
        input = toChild.closingReadingEnd()
        output = fromChild.closingWritingEnd()
    }

    func begin() throws(Errno) { try input.write(Array("go\n".utf8)) }
}

/// The CPU time of the parts of each refresh, in microseconds.
struct Costs {
    var snapshot: [Double] = []
    var model: [Double] = []
    var screen: [Double] = []
    var bytes: [Double] = []

    mutating func take(_ times: [UInt64], bytes count: Int) {
        let parts = zip(times.dropFirst(), times).map { Double($0 - $1) / 1000 }
        snapshot.append(parts[0])
        model.append(parts[1])
        screen.append(parts[2])
        bytes.append(Double(count))
    }
}

/// One capture. Returns what its refreshes cost once all tasks have made their calls.
func measure(_ path: String, _ kind: String, _ count: Int, by grouping: LiveGrouping) throws -> Costs {
    let tasks = try Tasks(path, kind, count)
    var options = CaptureOptions(target: .processes([tasks.pid], follow: true), keepsProcessDistributions: grouping == .process)
    options.grouping = grouping.groups
    var session = try Session(options)
    let ready = try session.loop.add(readable: tasks.descriptor)
    try session.start()
    try tasks.begin()
    while try session.advance(until: Clock.monotonic + 60_000_000_000) != .source(ready) {}
    session.loop.remove(ready)
    var model = LiveModel(
        size: ScreenSize(columns: 120, rows: 40), view: LiveModel.View(grouping: grouping))
    let appearance = Appearance(colors: .indexed)
    var renderer = ScreenRenderer(colors: .indexed, glyphs: .unicode)
    var costs = Costs()
    for number in 0..<refreshes + 2 {
        guard try session.advance(until: Clock.monotonic + 200_000_000) == .deadline else { fail("the session stopped") }
        var times = [cpuNanoseconds()]
        try session.takeBatches()
        let profile = try session.snapshot()
        times.append(cpuNanoseconds())
        model.take(LiveSnapshot(profile, wallNanoseconds: Clock.wall))
        times.append(cpuNanoseconds())
        let bytes = renderer.update(to: model.screen(appearance))
        times.append(cpuNanoseconds())
        // The first ones draw all, and fill caches.
        if number > 1 { costs.take(times, bytes: bytes.count) }
        guard profile.balance.lost == 0 else { fail("\(profile.balance.lost) calls were lost") }
    }
    let rows = try session.finish()
    // All tasks have one name.
    let least = grouping == .comm || kind == "threads" && grouping != .thread ? 1 : count
    guard rows.groups?.groups.count ?? rows.processes.count >= least else {
        fail("rows are missing")
    }
    return costs
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}

guard CommandLine.arguments.count == 2 else { fail("usage: bench-live MANY-TASKS") }
print("tasks               by        snapshot µs   model µs   screen µs   bytes   % of a CPU at \(Int(refreshesPerSecond))/s")
let cases: [(kind: String, count: Int, grouping: LiveGrouping)] = [
    ("processes", 10, .call), ("processes", 2000, .call), ("processes", 2000, .process), ("threads", 2000, .call),
    ("threads", 5000, .thread), ("processes", 2000, .comm),
]
do {
    for (kind, count, grouping) in cases {
        let costs = try measure(CommandLine.arguments[1], kind, count, by: grouping)
        let parts = [costs.snapshot, costs.model, costs.screen].map(median)
        let share = parts.reduce(0, +) * refreshesPerSecond / 1e6 * 100
        let cells = ["\(count) \(kind)", grouping.rawValue] + parts.map(tenths) + ["\(Int(median(costs.bytes)))", tenths(share)]
        let widths = [18, 8, 13, 11, 12, 8, 12]
        print(zip(cells, widths).map { $0 + String(repeating: " ", count: max(1, $1 - $0.utf8.count)) }.joined())
    }
} catch {
    fail("\(error)")
}
