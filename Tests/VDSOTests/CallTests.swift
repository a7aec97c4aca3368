import Foundation
import Glibc
import Linux
import Profile
import SyscallTable
import Testing

@testable import VDSO

/// The image tells what can be called.
@Suite struct CatalogTests {
    @Test(.requiresVDSO) func `every function of the image is called or has a reason not to be`() throws {
        let image = try #require(try VDSOImage.running()).image
        let catalog = VDSOFunctionCatalog(image)
        let called = Set(catalog.calls.map(\.function.rawValue))
        let left = Set(catalog.uncallable.map(\.name))
        for function in image.exportedFunctions {
            #expect(called.contains(function.stem) != left.contains(function.name), "\(function.name)")
        }
        #expect(Set(catalog.calls).count == catalog.calls.count)
        #expect(catalog.main.last == .null && catalog.main.dropLast().allSatisfy(catalog.calls.contains))
    }

    @Test func `only functions with clocks have several calls`() {
        let image = VDSOImage(
            symbols: ["__vdso_clock_gettime", "__vdso_getcpu", "__vdso_sgx_enter_enclave", "__vdso_new_one", "__vdso_getppid"]
                .enumerated().map { .init(name: $1, version: nil, offset: $0 * 16, size: 16, isFunction: true) },
            kernelVersion: nil, size: 4096)
        let catalog = VDSOFunctionCatalog(image)
        #expect(catalog.calls == VDSOFunctionCatalog.clocks.map { VDSOCall(.clockGettime, $0) } + [VDSOCall(.getcpu)])
        #expect(catalog.uncallable.map(\.name) == ["__vdso_sgx_enter_enclave", "__vdso_new_one", "__vdso_getppid"])
        #expect(catalog.uncallable[0].reason.contains("enclave"))
        #expect(catalog.uncallable[1].reason.contains("doesn't know"))
        #expect(
            catalog.main == [
                VDSOCall(.clockGettime, .monotonic), VDSOCall(.clockGettime, .monotonicCoarse), VDSOCall(.getcpu), .null,
            ])
    }
}

@Suite struct CallRunnerTests {
    @Test(.requiresVDSO) func `the vDSO, the kernel and the C library agree`() throws {
        let running = try #require(try VDSOImage.running())
        let runner = CallRunner(running)
        for call in VDSOFunctionCatalog(running.image).calls {
            let kernel = runner.make(call, through: .kernel, times: 3)
            #expect(runner.make(call, through: .vdso, times: 3) == kernel, "\(call)")
            if call.function == .clockGettime, let clock = call.clock {
                var time = timespec()
                let code = clock_gettime(clock.rawValue, &time) == 0 ? 0 : errno
                #expect(kernel == (code == 0 ? .succeeded : .failed(code)), "\(call)")
            }
        }
    }

    @Test func `calls are missing where there is no vDSO`() {
        let runner = CallRunner(nil)
        #expect(runner.make(VDSOCall(.clockGettime, .monotonic), through: .vdso, times: 1) == .missing)
        #expect(runner.make(VDSOCall(.getrandom), through: .vdso, times: 1) == .missing)
        #expect(runner.make(VDSOCall(.clockGettime, .monotonic), through: .kernel, times: 1) == .succeeded)
        #expect(runner.make(.null, through: .vdso, times: 1) == .missing)
        #expect(runner.make(.null, through: .kernel, times: 1) == .succeeded)
        #expect(runner.make(.null, through: .loop, times: 1) == .succeeded)
    }

    @Test func `a clock that fails gives its errno`() throws {
        let running = try VDSOImage.running()
        let runner = CallRunner(running)
        let call = VDSOCall(.clockGettime, ClockID(rawValue: 10))
        #expect(runner.make(call, through: .kernel, times: 1) == .failed(EINVAL))
        let isThere = running?.image.function(named: "clock_gettime") != nil
        #expect(runner.make(call, through: .vdso, times: 2) == (isThere ? .failed(EINVAL) : .missing))
    }
}

/// No test says how long anything takes, only that it was timed, and what must hold of any times.
@Suite(.serialized) struct CallTimerTests {
    @Test func `the main functions are timed if they succeed`() throws {
        let running = try VDSOImage.running()
        let calls = running.map { VDSOFunctionCatalog($0.image).main } ?? [.null]
        let timings = CallTimer(running).measure(calls, effort: .quick)
        #expect(timings.measurements.map(\.call) == calls)
        // Five on the slowest clock; none would mean that nothing could be timed.
        #expect(timings.batches >= 5)
        for measurement in timings.measurements {
            #expect((measurement.vdso != nil) == (measurement.vdsoOutcome == .succeeded))
            #expect((measurement.kernel != nil) == (measurement.kernelOutcome == .succeeded))
            for cost in [measurement.vdso, measurement.kernel].compactMap({ $0 }) {
                #expect(0 <= cost.lowerQuartile && cost.lowerQuartile <= cost.median && cost.median <= cost.upperQuartile)
            }
        }
        #expect(timings[.null]?.vdsoOutcome == .missing)
        #expect(timings[.null]?.kernel != nil)
    }

    @Test func `a call that fails is not timed`() throws {
        let call = VDSOCall(.clockGettime, ClockID(rawValue: 10))
        let timings = CallTimer(try VDSOImage.running()).measure([call], effort: .quick)
        let measurement = try #require(timings[call])
        #expect(measurement.vdso == nil && measurement.kernel == nil)
        #expect(measurement.kernelOutcome == .failed(EINVAL))
    }

    @Test func `the thread gets its CPUs back after timing`() throws {
        let before = Self.allowedCPUs()
        let timings = CallTimer(nil).measure([.null], effort: .quick)
        #expect(before != nil && Self.allowedCPUs() == before)
        #expect(timings.cpu != nil)
    }

    /// The CPUs that the calling thread may use.
    private static func allowedCPUs() -> Substring? {
        ProcFS.text("/proc/thread-self/status")?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
    }

    @Test func `quantiles lie between their neighbours`() {
        #expect(CallCost.quantile(0.5, of: [7]) == 7)
        #expect(CallCost.quantile(0.5, of: [1, 2]) == 1.5)
        #expect(CallCost.quantile(0.25, of: [1, 2, 3, 4, 5]) == 2)
        #expect(CallCost.quantile(0.75, of: [0, 1, 2, 3]) == 2.25)
        #expect(CallCost.quantile(1, of: [0, 1, 2, 3]) == 3)
    }
}
