import Aggregation
import LatencyHistogram
package import Profile
import SyscallTable
package import VDSO

/// What the functions of this host's vDSO do and cost: timed while nothing is traced, then made under our own trace, which shows
/// what of it entered the kernel.
package struct SelfTest {
    /// The vDSO of this process; nil where the kernel maps none.
    package let vdso: RunningVDSO?
    /// Why the vDSO that there is can't be read; nil where all is well.
    package let defect: String?
    /// What was timed.
    private let timings: CallTimings
    /// What it came to. Whether calls are served is not known before ``see(_:)``.
    package private(set) var functions: [VDSOFunction]
    /// The same, with the calls that failed: those that were timed by neither way give their error.
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

    /// Calls that are made under our own trace, each by each way.
    private static let tracedServed = 32
    private static let tracedEntered = 128

    /// Times the calls. To be done before anything is attached, so that no trace is in the figures.
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

    /// Makes the calls on this thread, while it is traced. `afterEach` is to empty the ring, which may be a small one.
    func makeCalls(afterEach: () -> Void) {
        let runner = CallRunner(vdso)
        for measurement in timings.measurements where measurement.call != .null {
            runner.make(measurement.call, through: .vdso, times: SelfTest.tracedServed)
            runner.make(measurement.call, through: .kernel, times: SelfTest.tracedEntered)
            afterEach()
        }
    }

    /// Takes in what the trace of ``makeCalls(afterEach:)`` saw. Where it did not see every call that was made past the vDSO,
    /// nothing is said of those that it did not see.
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
            // A function that answers may still enter the kernel now and then: getrandom does for a new key.
            if function.vdso != nil { functions[index].isServed = gaveUp < UInt64(SelfTest.tracedServed) / 2 }
        }
    }

    /// Turns samples inside a function into calls; nil for a function whose cost isn't known.
    func estimator(for function: String, periodNanoseconds: UInt64) -> ServedCallsEstimator? {
        // Of the clocks the one that is read most.
        let clocks: [ClockID?] = [nil, .monotonic]
        let measured = timings.measurements.first { $0.call.function.rawValue == function && clocks.contains($0.call.clock) }
        guard let cost = measured?.vdso else { return nil }
        let givingUp = timings[VDSOCall(.clockGettime, .monotonicCoarse)]?.vdso ?? cost
        return ServedCallsEstimator(periodNanoseconds: Double(periodNanoseconds), served: cost, fallenBack: givingUp)
    }
}
