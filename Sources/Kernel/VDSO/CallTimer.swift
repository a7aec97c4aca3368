import CVDSO
import Glibc
package import Profile

/// What a call costs on each path.
package struct CallMeasurement: Sendable, Hashable {
    package var call: VDSOCall
    /// How one call of the vDSO's function ended. It was timed only if that succeeded.
    package var vdsoOutcome: CallRunner.Outcome
    package var kernelOutcome: CallRunner.Outcome
    /// The call through the vDSO as the program sees it, including call and return, less the measuring loop.
    package var vdso: CallCost?
    /// The same call as a system call, as the program sees it, less the measuring loop.
    package var kernel: CallCost?
}

/// What ``CallTimer`` measured.
package struct CallTimings: Sendable, Hashable {
    package var measurements: [CallMeasurement]
    /// The CPU that everything ran on; nil if the thread could not be bound to one.
    package var cpu: Int32?
    /// Batches for each cost; 0 if the clock is too coarse to time anything.
    package var batches: Int

    /// The measurement of one call.
    package subscript(call: VDSOCall) -> CallMeasurement? { measurements.first { $0.call == call } }
}

/// Times calls in batches, on one CPU.
///
/// All costs are measured in turn, round after round, so a change in the CPU's speed affects all of them. Each round subtracts
/// its own loop. Threading: keeps the calling thread busy, for seconds if thorough, and bound to its CPU.
package struct CallTimer: ~Copyable {
    /// How much time to spend.
    package enum Effort: Sendable, Hashable {
        /// About 5 ms for the main functions, if the clock has steps of 100 ns or less. Done before every capture.
        case quick
        /// Two to four seconds for all functions of an image.
        case thorough

        var batches: Int { self == .quick ? 9 : 151 }
        /// How long a batch takes if the clock allows it: much shorter than a time slice, so few batches lose the CPU.
        var batchNanoseconds: Double { self == .quick ? 18_000 : 200_000 }
        /// The longest batch, for a clock with large steps.
        var longestBatchNanoseconds: Double { self == .quick ? 500_000 : 10_000_000 }
    }

    private let runner: CallRunner

    package init(_ vdso: RunningVDSO?) { runner = CallRunner(vdso) }

    /// Times these calls on every path. A call that fails on a path isn't timed there.
    package func measure(_ calls: [VDSOCall], effort: Effort) -> CallTimings {
        let pin = Pin()
        let step = CallTimer.clockStep()
        var measurements = calls.map {
            CallMeasurement(
                call: $0, vdsoOutcome: runner.make($0, through: .vdso, times: 1),
                kernelOutcome: runner.make($0, through: .kernel, times: 1))
        }
        // A step of the clock is at most 1 % of a batch.
        let target = max(effort.batchNanoseconds, Double(step) * 100)
        let isTimed = target <= effort.longestBatchNanoseconds
        // With a coarse clock the batches are longer, and five have to be enough.
        let batches = !isTimed ? 0 : target > effort.batchNanoseconds * 2 ? 5 : effort.batches
        if isTimed { fill(&measurements, batches: batches, target: target) }
        return CallTimings(measurements: measurements, cpu: pin.cpu, batches: batches)
    }

    /// Something to time, and the nanoseconds of one iteration in each batch.
    private struct Subject {
        var call: VDSOCall
        var path: CallRunner.Path
        var times: Int
        var batches: [Double] = []
    }

    private func fill(_ measurements: inout [CallMeasurement], batches: Int, target: Double) {
        var subjects = [Subject(call: .null, path: .loop, times: 1)]
        var places: [(vdso: Int?, kernel: Int?)] = []
        for measurement in measurements {
            let call = measurement.call
            var place: (vdso: Int?, kernel: Int?) = (nil, nil)
            if measurement.vdsoOutcome == .succeeded {
                place.vdso = subjects.count
                subjects.append(Subject(call: call, path: .vdso, times: 1))
            }
            if measurement.kernelOutcome == .succeeded {
                place.kernel = subjects.count
                subjects.append(Subject(call: call, path: .kernel, times: 1))
            }
            places.append(place)
        }
        for index in subjects.indices { subjects[index].times = timesToFill(target, subjects[index]) }
        for _ in 0..<batches {
            for index in subjects.indices { subjects[index].batches.append(perCall(subjects[index], subjects[index].times)) }
        }
        for (index, place) in places.enumerated() {
            measurements[index].vdso = place.vdso.map { cost(of: subjects[$0], without: subjects[0]) }
            measurements[index].kernel = place.kernel.map { cost(of: subjects[$0], without: subjects[0]) }
        }
    }

    /// Warms up, and returns how many iterations fill a batch.
    private func timesToFill(_ nanoseconds: Double, _ subject: Subject) -> Int {
        var times = 16
        while true {
            // The best of three: otherwise losing the CPU once would make every batch too short to time.
            let best = min(perCall(subject, times), perCall(subject, times), perCall(subject, times)) * Double(times)
            // Long enough to tell the speed: by now, reading the clock is a small part of it.
            if best > nanoseconds / 16 || times >= 1 << 24 {
                return max(1, Int((nanoseconds / max(best, 1) * Double(times)).rounded(.up)))
            }
            times *= 4
        }
    }

    private func perCall(_ subject: Subject, _ times: Int) -> Double {
        let start = CallTimer.now()
        runner.make(subject.call, through: subject.path, times: times)
        return Double(CallTimer.now() - start) / Double(times)
    }

    /// The cost in each round less the loop of the same round, as median and quartiles; never below 0.
    private func cost(of subject: Subject, without loop: Subject) -> CallCost {
        CallCost(batches: zip(subject.batches, loop.batches).map { max(0, $0 - $1) })
    }

    // MARK: The clock

    static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The smallest difference above 0 between two readings: the clock's step, or the time that reading it takes.
    private static func clockStep() -> UInt64 {
        let start = now()
        var smallest = UInt64.max
        var last = start
        var steps = 0
        // With jiffies, a step may take 10 ms.
        while steps < 64 && last - start < 20_000_000 {
            let next = now()
            if next > last {
                smallest = min(smallest, next - last)
                steps += 1
            }
            last = next
        }
        return smallest
    }
}

/// Binds the calling thread to its current CPU while this value lives. If the kernel refuses, the costs are only less certain.
///
/// Threading: made and ended on the same thread.
private struct Pin: ~Copyable {
    /// nil if the kernel refused.
    let cpu: Int32?
    private let before: cvdso_cpus

    init() {
        var set = cvdso_cpus()
        let result = unsafe cvdso_pin(&set)
        cpu = result < 0 ? nil : Int32(result)
        before = set
    }

    deinit {
        guard cpu != nil else { return }
        var set = before
        _ = unsafe cvdso_unpin(&set)
    }
}
