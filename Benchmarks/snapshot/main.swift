// Measures what snapshots cost: a tight loop of calls is watched by a session that is only advanced, and by one that also takes
// 100 snapshots a second. It also measures how long a snapshot takes.
//
// Needs root; `make bench-snapshot` builds and runs it. The two take turns in every round; figures are medians with quartiles.

import Capture
import Glibc
import Linux

let rounds = 11
let batches = 40
let callsInBatch = 100_000
let snapshotsEvery: UInt64 = 10_000_000

func fail(_ reason: String) -> Never {
    Terminal.say("bench-snapshot: \(reason)\n")
    exit(2)
}

/// The loop under test (Benchmarks/call-loop.c), on the first CPU.
struct Loop: ~Copyable {
    private let input: Descriptor
    private let output: Descriptor
    private let child: ChildProcess

    var pid: Int32 { child.pid }
    var descriptor: Int32 { output.number }

    init(_ path: String) throws(Errno) {
        let toChild = try PipeEnds()
        let fromChild = try PipeEnds()
        let null = try Descriptor.devNull()
        child = try ChildProcess(
            path, ["call-loop", "0"], descriptors: [toChild.reading.number, fromChild.writing.number, null.number])
        input = toChild.closingReadingEnd()
        output = fromChild.closingWritingEnd()
    }

    func begin() throws(Errno) { try input.write(Array("getppid \(batches) \(callsInBatch)\n".utf8)) }

    /// CPU nanoseconds per call of the median batch. Call this once the loop has printed its result.
    func nanoseconds() -> Double {
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = read(output.number, &buffer, buffer.count)
        let words = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        guard let first = words.first, let value = Double(first) else { fail("the loop printed nothing") }
        return value
    }
}

/// One round. Returns nanoseconds per call, and the microseconds that each snapshot took.
func measure(_ path: String, takesSnapshots: Bool) throws -> (call: Double, snapshots: [Double]) {
    let loop = try Loop(path)
    var session = try Session(CaptureOptions(target: .processes([loop.pid], follow: true), vdsoTickHertz: nil))
    let done = try session.loop.add(readable: loop.descriptor)
    try session.start()
    try loop.begin()
    var snapshots: [Double] = []
    while true {
        let stop = try session.advance(until: Clock.monotonic + snapshotsEvery)
        if stop == .source(done) { break }
        guard stop == .deadline else { fail("the session stopped: \(stop)") }
        guard takesSnapshots else { continue }
        let start = Clock.monotonic
        let profile = try session.snapshot()
        snapshots.append(Double(Clock.monotonic - start) / 1000)
        guard profile.balance.closes else { fail("the balance of a snapshot does not close") }
    }
    let call = loop.nanoseconds()
    session.loop.remove(done)
    let made = try session.finish().calls.first { $0.id.name == "getppid" }?.calls
    guard made == UInt64((batches + 1) * callsInBatch) else { fail("\(made ?? 0) calls were counted") }
    return (call, snapshots)
}

func quartiles(_ values: [Double]) -> String {
    let sorted = values.sorted()
    func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
    return "\(text(sorted[sorted.count / 2])) (\(text(sorted[sorted.count / 4])) – \(text(sorted[sorted.count * 3 / 4])))"
}

guard CommandLine.arguments.count == 2 else { fail("usage: bench-snapshot CALL-LOOP") }
var plain: [Double] = []
var polled: [Double] = []
var taken: [Double] = []
do {
    for _ in 0..<rounds {
        plain.append(try measure(CommandLine.arguments[1], takesSnapshots: false).call)
        let round = try measure(CommandLine.arguments[1], takesSnapshots: true)
        polled.append(round.call)
        taken += round.snapshots
    }
} catch {
    fail("\(error)")
}
print("getppid, watched:                         \(quartiles(plain)) ns a call")
print("the same with 100 snapshots a second:     \(quartiles(polled)) ns a call")
print("ratio of each pair:                       \(quartiles(zip(polled, plain).map { $0 / $1 * 100 })) %")
print("a snapshot takes:                         \(quartiles(taken)) µs, of \(taken.count)")
