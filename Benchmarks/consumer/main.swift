// Measures the consumer's time per event: it decodes and counts the records of real captures repeatedly.
//
// Needs root, to record; `make bench-consumer` builds and runs it. Each load is captured once, and fits the default ring. The
// loads then take turns in every round. A round gives the records of a load to a new aggregator: once untimed, to touch its
// memory for the first time, and then repeatedly, timed. Figures are CPU time of the thread, medians and quartiles.
//
// Exit status: 0 within the budget, 1 over it, 2 if it could not be measured.

import Aggregation
import Capture
import Glibc

/// Nanoseconds that an event may take.
let budget = 8.0
let rounds = 31
/// The fewest events timed in a round.
let timedEvents = 500_000

let loads: [(name: String, command: [String])] = [
    ("single bytes, one process", ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=160000"]),
    ("files through a pipe", ["sh", "-c", "tar --create --directory=/usr include | gzip -1 | wc --bytes"]),
    ("2000 processes", ["sh", "-c", "i=0; while [ $i -lt 2000 ]; do /bin/true; i=$((i + 1)); done"]),
]

func cpuNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Nanoseconds for each recorded event.
func timeOnce(_ ring: RecordedRing) -> Double {
    var aggregator = Aggregator()
    consume(ring, &aggregator)
    // Not every event is a call: some tell of work that calls have left.
    let calls = aggregator.completed
    let times = (timedEvents + ring.events - 1) / ring.events
    let start = cpuNanoseconds()
    for _ in 0..<times { consume(ring, &aggregator) }
    let taken = cpuNanoseconds() - start
    guard calls > 0, aggregator.completed == calls * UInt64(times + 1), aggregator.malformedEvents == 0 else {
        fail("\(aggregator.completed) calls were taken in, not \(times + 1) times \(calls)")
    }
    return Double(taken) / Double(ring.events * times)
}

func consume(_ ring: RecordedRing, _ aggregator: inout Aggregator) {
    ring.bytes.withUnsafeBytes { bytes in
        var begin = 0
        for end in ring.ends {
            aggregator.consume(UnsafeRawBufferPointer(rebasing: bytes[begin..<end]))
            begin = end
        }
    }
}

func fail(_ reason: String) -> Never {
    let text = "bench-consumer: \(reason)\n"
    _ = write(2, text, text.utf8.count)
    exit(2)
}

func record(_ command: [String]) -> RecordedRing {
    do { return try RecordedRing(of: ResolvedCommand(command)) } catch { fail("\(error)") }
}

/// One decimal.
func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}

// Discard what the commands print.
let output = dup(1)
let null = open("/dev/null", O_WRONLY)
dup2(null, 1)
let rings = loads.map { record($0.command) }
dup2(output, 1)

var times = rings.map { ring in [timeOnce(ring)] }
for _ in 0..<rounds { for (index, ring) in rings.enumerated() { times[index].append(timeOnce(ring)) } }

print("| load | events | ns per event (quartiles) |")
print("|---|---|---|")
var isOver = false
for (index, load) in loads.enumerated() {
    // The first round was a warm-up.
    let sorted = times[index].dropFirst().sorted()
    let median = sorted[rounds / 2]
    isOver = isOver || median > budget
    print(
        "| \(load.name) | \(rings[index].events) | \(tenths(median)) (\(tenths(sorted[rounds / 4])) – \(tenths(sorted[rounds * 3 / 4]))) |"
    )
}
print("budget: \(tenths(budget)) ns per event, \(isOver ? "exceeded" : "kept")")
exit(isOver ? 1 : 0)
