import CVDSO
import Glibc
package import Profile

/// What a call costs, by each way it can go.
package struct CallMeasurement: Sendable, Hashable {
    package var call: VDSOCall
    /// What the vDSO's function answered. Where it did not succeed, it was not timed.
    package var vdsoOutcome: CallRunner.Outcome
    package var kernelOutcome: CallRunner.Outcome
    /// The call through the vDSO as the program sees it, call and return included. The measuring loop is taken off.
    package var vdso: CallCost?
    /// The time in which the instruction pointer is inside the vDSO, which turns samples of instruction pointers into calls: ``vdso``
    /// less half of a call of an empty function, whose other half, the return, is inside as well. The CPU carries out the function
    /// and what is around it at the same time, so that nothing can say it to the nanosecond: the lower quartile is of ``vdso`` less
    /// three quarters of an empty call, the upper one of all of it. Where the call enters the kernel, that time is in it too.
    ///
    /// Checked against cpu-clock samples of loops with 0, 5, 20 and 100 multiplications between the calls (Linux 6.18, AMD EPYC),
    /// in ns: MONOTONIC 24.1 to 27.1, MONOTONIC_COARSE 1.7 to 2.1, clock_getres 0.8 to 1.8, time 0.6 to 1.8, where an empty call is
    /// 1.6 and ``vdso`` 23 to 25, 2.2, 1.7 and 1.6.
    package var inside: CallCost?
    /// The same call as a system call, as the program sees it, the measuring loop taken off.
    package var kernel: CallCost?
}

/// What ``CallTimer`` found.
package struct CallTimings: Sendable, Hashable {
    package var measurements: [CallMeasurement]
    /// How long it all took.
    package var elapsedNanoseconds: UInt64
    /// The CPU that everything ran on; nil where the thread could not be bound to one.
    package var cpu: Int32?
    /// The smallest step of the clock that it was timed with, as it was seen.
    package var clockStepNanoseconds: UInt64
    /// Batches for each cost; 0 where the clock is too coarse to time anything.
    package var batches: Int

    /// The measurement of one call.
    package subscript(call: VDSOCall) -> CallMeasurement? { measurements.first { $0.call == call } }
}

/// Times calls in batches, on one CPU.
///
/// All costs are measured in turn, round after round, so a change of the CPU's speed affects all of them, and each round takes its
/// own loop off. Threading: the calling thread is busy all the time, for seconds if thorough, and bound to its CPU.
package struct CallTimer: ~Copyable {
    /// How much time is spent.
    package enum Effort: Sendable, Hashable {
        /// About 5 ms for the main functions, where the clock has steps of 100 ns or less: at the start of every profile.
        case quick
        /// Two to four seconds for everything that an image has.
        case thorough

        var batches: Int { self == .quick ? 9 : 151 }
        /// How long a batch takes if the clock allows it: much shorter than a time slice, so few batches lose the CPU.
        var batchNanoseconds: Double { self == .quick ? 18_000 : 200_000 }
        /// How long it may be made for a clock with large steps.
        var longestBatchNanoseconds: Double { self == .quick ? 500_000 : 10_000_000 }
    }

    private let runner: CallRunner

    package init(_ vdso: RunningVDSO?) { runner = CallRunner(vdso) }

    /// Times these calls by every way that they can go. A call that fails by one way isn't timed by it.
    package func measure(_ calls: [VDSOCall], effort: Effort) -> CallTimings {
        let start = CallTimer.now()
        let pin = Pin()
        let step = CallTimer.clockStep()
        var measurements = calls.map {
            CallMeasurement(
                call: $0, vdsoOutcome: runner.make($0, through: .vdso, times: 1),
                kernelOutcome: runner.make($0, through: .kernel, times: 1))
        }
        // A step is less than 1 % of a batch.
        let target = max(effort.batchNanoseconds, Double(step) * 100)
        let isTimed = target <= effort.longestBatchNanoseconds
        // On a slow clock the batches are longer, and five of them must do.
        let batches = !isTimed ? 0 : target > effort.batchNanoseconds * 2 ? 5 : effort.batches
        if isTimed { fill(&measurements, batches: batches, target: target) }
        return CallTimings(
            measurements: measurements, elapsedNanoseconds: CallTimer.now() - start, cpu: pin.cpu, clockStepNanoseconds: step,
            batches: batches)
    }

    /// One thing that is timed, and the nanoseconds of one iteration in each batch.
    private struct Subject {
        var call: VDSOCall
        var path: CallRunner.Path
        var times: Int
        var batches: [Double] = []
    }

    private func fill(_ measurements: inout [CallMeasurement], batches: Int, target: Double) {
        var subjects = [Subject(call: .null, path: .loop, times: 1)]
        // The empty call is the same for every clock.
        var empties: [VDSOCall.Function: Int] = [:]
        var places: [(vdso: Int?, kernel: Int?)] = []
        for measurement in measurements {
            let call = measurement.call
            var place: (vdso: Int?, kernel: Int?) = (nil, nil)
            if measurement.vdsoOutcome == .succeeded {
                place.vdso = subjects.count
                subjects.append(Subject(call: call, path: .vdso, times: 1))
                if empties[call.function] == nil {
                    empties[call.function] = subjects.count
                    subjects.append(Subject(call: call, path: .empty, times: 1))
                }
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
            if let vdso = place.vdso {
                measurements[index].vdso = cost(of: subjects[vdso], without: subjects[0])
                measurements[index].inside = empties[measurements[index].call.function].map {
                    inside(subjects[vdso], empty: subjects[$0], loop: subjects[0])
                }
            }
            measurements[index].kernel = place.kernel.map { cost(of: subjects[$0], without: subjects[0]) }
        }
    }

    /// Warms up, and says how many iterations fill a batch.
    private func timesToFill(_ nanoseconds: Double, _ subject: Subject) -> Int {
        var times = 16
        while true {
            // The best of three, or losing the CPU once would make every batch too short to time.
            let best = min(perCall(subject, times), perCall(subject, times), perCall(subject, times)) * Double(times)
            // Enough to tell how fast it is, since the clock's own reading is a small part of it by now.
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

    /// The cost of each round less that of the loop in the same round, as median and quartiles; never below 0.
    private func cost(of subject: Subject, without loop: Subject) -> CallCost {
        CallCost(batches: zip(subject.batches, loop.batches).map { max(0, $0 - $1) })
    }

    /// See ``CallMeasurement/inside``.
    private func inside(_ subject: Subject, empty: Subject, loop: Subject) -> CallCost {
        func differences(_ outside: Double) -> [Double] {
            subject.batches.indices.map { index in
                let call = max(0, empty.batches[index] - loop.batches[index])
                return max(0, subject.batches[index] - loop.batches[index] - call * outside)
            }.sorted()
        }
        return CallCost(
            median: CallCost.quantile(0.5, of: differences(0.5)), lowerQuartile: CallCost.quantile(0.25, of: differences(0.75)),
            upperQuartile: CallCost.quantile(0.75, of: differences(0)))
    }

    // MARK: The clock

    private static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The smallest difference between two readings that is not 0: the clock's step, or what reading it takes.
    private static func clockStep() -> UInt64 {
        let start = now()
        var smallest = UInt64.max
        var last = start
        var steps = 0
        // A tick of jiffies may take 10 ms.
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
    /// nil where it was refused.
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
