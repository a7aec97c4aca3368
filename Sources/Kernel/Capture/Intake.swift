import Aggregation
import BPFRuntime
import Probes
import Profile

/// Takes in what the kernel side delivers: the ring while recording, the batches after it, and calls that were only counted.
struct Intake: ~Copyable {
    var aggregator: Aggregator
    /// The sum of the finished intervals.
    private var endedIntervals: [CallProfile] = []
    /// Gets each record of the ring, to measure the consumer; otherwise nil.
    private let recorder: RingRecorder?

    init(_ aggregator: consuming Aggregator, recorder: RingRecorder? = nil) {
        self.aggregator = aggregator
        self.recorder = recorder
    }

    /// Takes in the records in the ring.
    mutating func takeRing(_ probes: borrowing Probes) {
        guard let recorder else {
            _ = unsafe probes.ring.consume { unsafe aggregator.consume($0) }
            return
        }
        _ = unsafe probes.ring.consume {
            unsafe recorder.take($0)
            unsafe aggregator.consume($0)
        }
    }

    /// Takes in the ring and all batches. Once, after recording has stopped: batches are read, not emptied.
    mutating func takeRest(_ probes: borrowing Probes) {
        // A recorder is to have the batches too.
        if recorder != nil { _ = try? probes.flush() }
        takeRing(probes)
        probes.takeBatches(into: &aggregator)
        aggregator.consumePendingWork(probes.pendingWork)
    }

    /// Takes in how many calls completed unmeasured. Only where calls are sampled.
    mutating func takeUnmeasured(_ probes: borrowing Probes) throws(BPFError) {
        for calls in try probes.unmeasured() { aggregator.consumeUnmeasured(calls) }
    }

    /// Takes in the calls that found the ring full.
    mutating func takeOverflow(_ probes: borrowing Probes) throws(BPFError) {
        for series in try probes.overflow() { aggregator.consumeOverflow(series) }
    }

    /// All calls since recording began.
    var calls: [CallProfile] { endedIntervals.merged(with: aggregator.calls()) }

    /// The calls since the last interval ended. A new one begins.
    mutating func endInterval() -> [CallProfile] {
        let calls = aggregator.calls()
        endedIntervals = endedIntervals.merged(with: calls)
        aggregator.startInterval()
        return calls
    }
}
