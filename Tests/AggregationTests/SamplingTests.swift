import Aggregation
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

/// Compares what is known of sampled calls with all the calls that were made.
@Suite struct SamplingTests {
    /// Sends what the kernel side would make of calls: the first of a number is measured and stands for itself, and 1 of 2^shift
    /// of the others stands for that many.
    /// Returns how many calls were measured.
    @discardableResult
    private func send(_ calls: [Event], shift: (Int) -> UInt8, to feed: Feed, using random: inout SeededGenerator) -> Int {
        var met: Set<Int32> = []
        var totals: [Int32: [UInt64]] = [:]
        var measured: [Event] = []
        for (position, call) in calls.enumerated() {
            var call = call
            if met.insert(call.number).inserted {
                measured.append(call)
            } else if random.next() >> UInt64(64 - shift(position)) == 0 {
                call.sampling = shift(position)
                measured.append(call)
            } else {
                totals[call.number, default: Array(repeating: 0, count: 8)][Int(call.outcome) * 2 + (call.error > 0 ? 1 : 0)] += 1
            }
        }
        feed.send(measured)
        for (number, totals) in totals { feed.sendUnmeasured(number: number, totals) }
        return measured.count
    }

    /// Calls of three numbers. Failed calls are faster, and blocked calls slower.
    private func calls(_ count: Int, using random: inout SeededGenerator) -> [Event] {
        (0..<count).map { _ in
            var call = Event(number: .random(in: 0...2, using: &random))
            call.tgid = .random(in: 10...11, using: &random)
            call.error = Int.random(in: 0...9, using: &random) == 0 ? [2, 11].randomElement(using: &random)! : 0
            call.outcome = Int.random(in: 0...4, using: &random) == 0 ? 1 : 0
            call.duration = UInt64.random(in: 100...300, using: &random) * (call.error > 0 ? 1 : 4) * (call.outcome == 1 ? 50 : 1)
            return call
        }
    }

    @Test(arguments: [1, 4, 12] as [UInt8])
    func `sampling keeps the counts of calls, errors and outcomes exact`(_ shift: UInt8) throws {
        var random = SeededGenerator.fromEnvironment()
        let all = calls(20_000, using: &random)
        let feed = Feed()
        let measured = send(all, shift: { $0 < 10_000 ? shift : max(1, shift - 1) }, to: feed, using: &random)
        #expect(feed.completed == 20_000)
        #expect(feed.calls().reduce(0) { $0 + $1.measured } == UInt64(measured))
        #expect(feed.unmeasured > 0)
        for call in feed.calls() {
            let mine = all.filter { $0.number == call.id.number }
            #expect(call.calls == UInt64(mine.count))
            #expect(call.errors == UInt64(mine.count { $0.error > 0 }))
            #expect(call.blocked == UInt64(mine.count { $0.outcome == 1 }))
            for series in call.series {
                let same = mine.filter { $0.outcome == series.outcome.rawValue && ($0.error > 0) == series.failed }
                #expect(series.calls == UInt64(same.count))
                guard !series.distribution.isEmpty else { continue }
                // The extremes are within those of the calls that were made.
                #expect(series.distribution.min >= same.map(\.duration).min() ?? 0)
                #expect(series.distribution.max <= same.map(\.duration).max() ?? 0)
                #expect(series.unrepresented == 0)
            }
            let failed = call.series.filter { $0.failed && $0.unrepresented == 0 }.reduce(0) { $0 + $1.calls }
            #expect(call.errnos.reduce(0) { $0 + $1.count } == failed)
        }
        // To the nearest call of each series.
        let attributed = feed.processes().reduce(0) { $0 + Double($1.calls) }
        let unrepresented = feed.calls().flatMap(\.series).reduce(0) { $0 + Double($1.unrepresented) }
        #expect(abs(attributed + unrepresented - 20_000) <= 12)
    }

    @Test func `the estimated mean latency is unbiased when the sampling changes`() {
        var random = SeededGenerator(seed: 20_261_125)
        let all = calls(4000, using: &random)
        let mean = Double(all.reduce(0) { $0 + $1.duration }) / Double(all.count)
        let trials = 300
        var estimates: [Double] = []
        for _ in 0..<trials {
            let feed = Feed()
            // The sampling changes in the middle, as it does to keep to a budget.
            send(all, shift: { $0 < 2000 ? 3 : 6 }, to: feed, using: &random)
            let calls = feed.calls()
            estimates.append(
                Double(calls.reduce(0) { $0 + $1.distribution.sum }) / Double(calls.reduce(0) { $0 + $1.distribution.count }))
        }
        let average = estimates.reduce(0, +) / Double(trials)
        let deviation = (estimates.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(trials - 1)).squareRoot()
        // Four standard errors, with a fixed seed.
        #expect(abs(average - mean) < 4 * deviation / Double(trials).squareRoot(), "\(average) for \(mean)")
        #expect(deviation < mean / 5)
    }

    @Test func `calls of a series that was never measured count but have no latency`() throws {
        let feed = Feed()
        feed.send([Event(number: 3)])
        feed.sendUnmeasured(number: 3, [4, 2, 0, 0, 0, 0, 0, 0])
        feed.sendUnmeasured(number: 5, [0, 0, 7, 0, 0, 0, 0, 0])
        let three = try #require(feed.call(.x86_64, 3))
        #expect(three.calls == 7 && three.errors == 2 && three.distribution.count == 5)
        #expect(three.series.map(\.unrepresented) == [0, 2])
        let five = try #require(feed.call(.x86_64, 5))
        #expect(five.calls == 7 && five.blocked == 7 && five.distribution.isEmpty)
        #expect(feed.completed == 14 && feed.unmeasured == 13)
    }

    @Test func `each interval's latencies stand for its own unmeasured calls`() throws {
        let feed = Feed()
        feed.send([Event(duration: 100, number: 0), Event(duration: 200, number: 0, sampling: 2)])
        feed.sendUnmeasured(number: 0, [3, 0, 0, 0, 0, 0, 0, 0])
        feed.sendUnmeasured(number: 0, [3, 0, 0, 0, 0, 0, 0, 0])
        let first = try #require(feed.call(.x86_64, 0))
        #expect(first.distribution == LatencyHistogram(recording: [100, 200, 200, 200, 200]))
        feed.startInterval()
        #expect(feed.calls().isEmpty)
        feed.send([Event(duration: 300, number: 0, sampling: 1)])
        feed.sendUnmeasured(number: 0, [8, 0, 0, 0, 0, 0, 0, 0])
        let second = try #require(feed.call(.x86_64, 0))
        #expect(second.distribution == LatencyHistogram(recording: [300, 300, 300, 300, 300, 300]))
        #expect(feed.completed == 11)
        #expect(feed.processes().map(\.calls) == [11])
        // Times are scaled in proportion: the measured calls weigh 7 and took 1500 ns, and there were 11.
        #expect(feed.processes().map(\.totalNanoseconds) == [2357])
    }

    @Test func `overflowed calls stand for unmeasured calls too`() throws {
        let feed = Feed()
        let key = Event(number: 7, error: 11, sampling: 3).word.bytes
        var buckets = [UInt64](repeating: 0, count: 320)
        buckets[9] = 2
        feed.sendOverflow(
            key: key, series: ([2, 18, 0] + buckets).flatMap(\.bytes), extremes: [UInt64(10).bytes + UInt64(10).bytes])
        feed.sendUnmeasured(number: 7, [0, 21, 0, 0, 0, 0, 0, 0])
        let call = try #require(feed.call(.x86_64, 7))
        #expect(call.calls == 23 && call.errors == 23 && call.distribution.sum == 23 * 9)
        #expect(call.errnos == [ErrnoCount(errno: 11, count: 23)])
        #expect(feed.overflowed == 2 && feed.completed == 23)
    }

    @Test func `every errno that was seen keeps at least one call`() throws {
        let feed = Feed()
        feed.send([Event(number: 0, error: 2), Event(number: 0, error: 11, sampling: 12)])
        feed.sendUnmeasured(number: 0, [0, 3, 0, 0, 0, 0, 0, 0])
        let call = try #require(feed.call(.x86_64, 0))
        #expect(call.errors == 5)
        #expect(call.errnos == [ErrnoCount(errno: 11, count: 4), ErrnoCount(errno: 2, count: 1)])
    }

    @Test func `unmeasured calls are shared out among the origins in proportion`() throws {
        let feed = Feed()
        feed.send([
            Event(number: 228, evidence: 2, clock: 1, sampling: 2), Event(number: 228, evidence: 2, clock: 1, sampling: 2),
            Event(number: 228, evidence: 3, clock: 2, sampling: 2),
        ])
        feed.sendUnmeasured(number: 228, [12, 0, 0, 0, 0, 0, 0, 0])
        #expect(feed.call(.x86_64, 228)?.calls == 15)
        let origins = feed.origins().sorted { $0.distribution.count < $1.distribution.count }
        #expect(origins.map(\.distribution.count) == [5, 10])
        #expect(origins.map { $0.processes.map(\.calls) } == [[5], [10]])
    }
}
