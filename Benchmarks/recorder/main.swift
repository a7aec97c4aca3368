// Measures what `syslat record` writes: how many bytes an interval takes, part by part, and how much CPU time it takes to write one. It makes
// half an hour up, a second at a time; given a segment or incident, it writes the intervals of that again.
//
// `make bench-recorder` builds and runs it; needs no root.

import Glibc
import LatencyHistogram
import Profile
import ProfileFile
import SyscallTable

func fail(_ reason: String) -> Never {
    print("bench-recorder: \(reason)")
    exit(2)
}

func cpuNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func file(_ path: String) -> Profile {
    guard let handle = unsafe fopen(path, "r") else { fail("\(path) can't be opened") }
    defer { unsafe fclose(handle) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = unsafe fread(&piece, 1, piece.count, handle), count > 0 { bytes += piece.prefix(count) }
    do { return try ProfileFileReader.read(bytes, path: path) } catch { fail("\(error)") }
}

/// What writes intervals as a recorder does: each is compressed by itself.
struct Writer {
    private var writer: ProfileFileWriter
    private(set) var bytes = 0
    private(set) var nanoseconds: UInt64 = 0

    init(_ outline: Profile, packsSeries: Bool) throws {
        writer = ProfileFileWriter(packsSeries: packsSeries)
        _ = try writer.begin(outline)
    }

    mutating func take(_ interval: Interval) throws {
        let start = cpuNanoseconds()
        // A copy, as the recorder makes one to be able to go back.
        var next = writer
        bytes += ProfileFileWriter.compressed(try next.append(interval)).count
        writer = next
        nanoseconds += cpuNanoseconds() - start
    }
}

extension Interval {
    func with(_ change: (inout CallProfile) -> Void) -> Interval {
        var interval = self
        for index in interval.calls.indices { change(&interval.calls[index]) }
        return interval
    }

    /// Each distribution has one bucket left.
    var withoutBuckets: Interval {
        with { call in
            for place in call.series.indices where !call.series[place].distribution.isEmpty {
                let all = call.series[place].distribution
                let one = LatencyHistogram.Bucket(index: all.buckets.first?.index ?? 0, count: max(1, all.count - all.aboveRange))
                call.series[place].distribution = LatencyHistogram(
                    buckets: [one], aboveRange: all.aboveRange, sum: all.sum, min: all.min, max: all.max)
            }
        }
    }

    var withoutSeries: Interval { with { $0.series = [] } }
    var withoutErrors: Interval { with { ($0.errnos, $0.afterExit) = ([], nil) } }

    var withoutInFlight: Interval {
        var interval = self
        interval.inFlight = nil
        return interval
    }
}

func outline() -> Profile {
    Profile(
        tool: "syslat",
        host: Host(
            kernelRelease: "", kernelVersion: "", arch: "x86_64", bootID: "", cpuModel: "", microcode: "", onlineCPUs: 2,
            clocksource: "tsc", mitigations: [:], vdsoSymbols: []),
        capture: CaptureSummary(startedAtNanoseconds: 0, durationNanoseconds: 0, scope: "all processes"),
        balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [], processes: [],
        inFlight: [])
}

let halfHour = 1800
let segment = 60
let arguments = CommandLine.arguments.dropFirst()
do {
    var machine = SimulatedMachine(seed: 1)
    let recorded = arguments.first.map { file($0).intervals }
    let count = recorded?.count ?? halfHour
    guard count > 0 else { fail("there is no interval") }
    let forms = ["packed", "packed, no buckets", "packed, no series", "no errors", "no calls in flight", "version 2"]
    var (bytes, nanoseconds) = ([Int](repeating: 0, count: forms.count), [UInt64](repeating: 0, count: forms.count))
    var writers: [Writer] = []
    var (calls, series, buckets, kinds) = (UInt64(0), 0, 0, 0)
    for number in 0..<count {
        if number % segment == 0 {
            writers = try forms.indices.map { try Writer(outline(), packsSeries: $0 != forms.count - 1) }
        }
        let interval = recorded?[number] ?? machine.interval(number)
        let variants = [
            interval, interval.withoutBuckets, interval.withoutSeries, interval.withoutErrors, interval.withoutInFlight, interval,
        ]
        for (form, variant) in variants.enumerated() {
            let before = (writers[form].bytes, writers[form].nanoseconds)
            try writers[form].take(variant)
            bytes[form] += writers[form].bytes - before.0
            nanoseconds[form] += writers[form].nanoseconds - before.1
        }
        kinds += interval.calls.count
        for one in interval.calls.flatMap(\.series) {
            (calls, series, buckets) = (calls + one.calls, series + 1, buckets + one.distribution.buckets.count)
        }
    }
    func each(_ total: Int) -> String { "\(total / count)" }
    print(
        "\(count) intervals; in each \(calls / UInt64(count)) calls of \(each(kinds)) kinds, \(each(series)) series, \(each(buckets)) buckets"
    )
    print("                     bytes an interval    µs CPU an interval    MB in 30 min at 1 s")
    for (form, name) in [(0, "as recorded"), (forms.count - 1, "version 2")] {
        let tenths = bytes[form] * halfHour / count / 100_000
        print(
            "\(name)            \(each(bytes[form]))    \(nanoseconds[form] / UInt64(count) / 1000)    \(tenths / 10).\(tenths % 10)"
        )
    }
    print("buckets              \(each(bytes[0] - bytes[1]))")
    print("rest of series       \(each(bytes[1] - bytes[2]))")
    print("errors               \(each(bytes[0] - bytes[3]))")
    print("calls in flight      \(each(bytes[0] - bytes[4]))")
    print("all else             \(each(bytes[2] - (bytes[0] - bytes[3]) - (bytes[0] - bytes[4])))")
} catch {
    fail("\(error)")
}
