import Aggregation
import LatencyHistogram
package import Profile
import SyscallTable
package import VDSO

/// What the functions of this host's vDSO do and cost: calls are timed while nothing is traced, then repeated under our own trace, which
/// shows which of them enter the kernel.
package struct SelfTest {
    /// The vDSO of this process; nil if the kernel maps none.
    package let vdso: RunningVDSO?
    /// Why the vDSO can't be read; nil if it can.
    package let defect: String?
    /// The measured times.
    private let timings: CallTimings
    /// The results. Whether calls are served is unknown before ``see(_:)``.
    package private(set) var functions: [VDSOFunction]
    /// The same, including calls that failed on both paths, with their error.
    package var trials: [VDSOReport.Trial] {
        zip(functions, timings.measurements.filter { $0.call != .null }).map { function, measurement in
            var trial = VDSOReport.Trial(function)
            if case .failed(let errno) = measurement.kernelOutcome, measurement.kernel == nil {
                trial.absence = .failed(ErrnoTable.name(errno))
            }
            return trial
        }
    }
    /// The call that does nothing, as a system call.
    package var nullCall: CallCost? { timings[.null]?.kernel }

    /// How many calls of each kind are made under our own trace, on each path.
    private static let tracedServed = 32
    private static let tracedEntered = 128

    /// Times the calls. Do this before anything is attached: the times must not include tracing.
    package init(effort: CallTimer.Effort, calls choose: (VDSOFunctionCatalog) -> [VDSOCall]) {
        var (found, defect): (RunningVDSO?, String?) = (nil, nil)
        do throws(VDSOImageError) { found = try RunningVDSO.find() } catch { defect = error.description }
        vdso = found
        self.defect = defect
        let calls = found.map { choose(VDSOFunctionCatalog($0.image)) } ?? [.null]
        timings = CallTimer(found).measure(calls, effort: effort)
        functions = timings.measurements.filter { $0.call != .null }.map {
            VDSOFunction(name: $0.call.function.rawValue, clock: $0.call.clock, vdso: $0.vdso, syscall: $0.kernel)
        }
    }

    /// Makes the calls on this thread, while it is traced. `afterEach` empties the ring, which may be small.
    func makeCalls(afterEach: () -> Void) {
        let runner = CallRunner(vdso)
        for measurement in timings.measurements where measurement.call != .null {
            runner.make(measurement.call, through: .vdso, times: SelfTest.tracedServed)
            runner.make(measurement.call, through: .kernel, times: SelfTest.tracedEntered)
            afterEach()
        }
    }

    /// Takes in what the trace of ``makeCalls(afterEach:)`` saw. If it missed calls that went past the vDSO, missing calls are no
    /// evidence, and nothing is concluded.
    mutating func see(_ origins: [OriginProfile]) {
        for index in functions.indices {
            let function = functions[index]
            let same = origins.filter { $0.id.name == function.name && $0.origin.clock == function.clock }
            let direct = same.filter { [.outside, .noVDSO].contains($0.origin.evidence) }
                .reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
            guard direct.count >= UInt64(SelfTest.tracedEntered) else { continue }
            functions[index].kernelP50Nanoseconds = direct.value(at: .p50)
            let gaveUp = same.filter { [.inside, .insideReseed].contains($0.origin.evidence) }.reduce(0) {
                $0 + $1.distribution.count
            }
            // A function that serves may still enter the kernel now and then, as getrandom does for a new key.
            if function.vdso != nil { functions[index].isServed = gaveUp < UInt64(SelfTest.tracedServed) / 2 }
        }
    }

    /// Whether the vDSO serves the call that the meter times.
    var servesClock: Bool { functions.first { $0.name == "clock_gettime" && $0.clock == .monotonic }?.isServed == true }

    /// Turns vDSO ticks inside a function into calls; nil for a function whose cost isn't known.
    /// - Parameter meter: what the metered call cost meanwhile.
    func estimator(for function: String, periodNanoseconds: UInt64, meter: CallCost?) -> ServedCallsEstimator? {
        // The clock that is read most.
        let clocks: [ClockID?] = [nil, .monotonic]
        let measured = timings.measurements.first { $0.call.function.rawValue == function && clocks.contains($0.call.clock) }
        guard let cost = measured?.vdso else { return nil }
        let givingUp = timings[VDSOCall(.clockGettime, .monotonicCoarse)]?.vdso ?? cost
        let reference = timings[VDSOCall(.clockGettime, .monotonic)]?.vdso
        return ServedCallsEstimator(
            periodNanoseconds: Double(periodNanoseconds), served: cost.following(meter, reference: reference), fallenBack: givingUp)
    }
}
