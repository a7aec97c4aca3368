package import Capture
import Linux
package import Profile
package import SyscallTable
import VDSO

/// Finds out what this host's vDSO serves and what each call costs on each path, for `syslat vdso`.
package struct VDSOSurvey {
    /// Only these functions, without their prefix; all if empty.
    package var functions: [String] = []
    /// Only these clocks; all if empty.
    package var clocks: [ClockID] = []
    /// A BTF file of the running kernel, for kernels that carry none.
    package var btfPath: String?

    package init() {}

    /// The names allowed in ``functions`` on this host; empty without a vDSO.
    package static var functionNames: [String] {
        do throws(VDSOImageError) {
            return (try RunningVDSO.find()?.image.exportedFunctions ?? []).map(\.stem).sorted()
        } catch {
            return []
        }
    }

    /// The clocks allowed in ``clocks``.
    package static var clocks: [ClockID] { VDSOFunctionCatalog.clocks }

    /// Takes a few seconds on one CPU. If nothing can be traced, the report lacks what needs a trace and says why.
    ///
    /// Errors: a BTF file that can't be used; no /proc, without which nobody knows what is mapped.
    package func make() throws(CaptureError) -> VDSOReport {
        guard ProcFS.text("/proc/self/maps") != nil else {
            throw CaptureError(
                "/proc/self/maps, which tells where the vDSO is, can't be read. Mount /proc: mount -t proc proc /proc", kind: .host)
        }
        let selfTest = SelfTest(effort: .thorough) { $0.calls.filter(isWanted) + [.null] }
        var warnings = selfTest.defect.map { [$0] } ?? []
        do throws(CaptureError) {
            let options = CaptureOptions(
                target: .processes([], follow: false), ringBytes: CaptureOptions.smallestRing, btfPath: btfPath,
                vdsoTickHertz: nil)
            let session = try Session(options, selfTest: selfTest)
            if let note = session.noteOnBoundary { warnings.append(note) }
            return report(session.selfTest, floor: session.probeFloor, warnings: warnings)
        } catch {
            // A refusal without a log: the kernel didn't get as far as the file.
            guard btfPath == nil || (error.kind == .host && error.log.isEmpty) else { throw error }
            warnings.append("Nothing was traced: \(error)")
            return report(selfTest, floor: nil, warnings: warnings)
        }
    }

    private func isWanted(_ call: VDSOCall) -> Bool {
        (functions.isEmpty || functions.contains(call.function.rawValue))
            && (clocks.isEmpty || call.clock.map(clocks.contains) ?? false)
    }

    private func report(_ selfTest: SelfTest, floor: UInt64?, warnings: [String]) -> VDSOReport {
        let host = Host.current()
        let facts = BoundaryFacts.current(vulnerabilities: host.mitigations)
        return VDSOReport(
            tool: syslatVersion, host: host, image: selfTest.vdso.map { VDSOReport.Image($0.image) },
            vsyscallMode: facts.vsyscall.rawValue,
            boundaryMitigations: facts.mitigations.map {
                VDSOReport.Mitigation(name: $0.name, state: $0.state, effects: $0.effects)
            },
            functions: selfTest.trials + (clocks.isEmpty ? uncallable(selfTest) : []),
            nullCall: VDSOFunction(name: "getppid", syscall: selfTest.nullCall, kernelP50Nanoseconds: floor),
            probeFloorNanoseconds: floor, warnings: warnings)
    }

    private func uncallable(_ selfTest: SelfTest) -> [VDSOReport.Trial] {
        guard let image = selfTest.vdso?.image else { return [] }
        return VDSOFunctionCatalog(image).uncallable.compactMap { function in
            let stem = image.symbols.first { $0.name == function.name }?.stem ?? function.name
            guard functions.isEmpty || functions.contains(stem) else { return nil }
            return VDSOReport.Trial(VDSOFunction(name: stem), absence: .notCalled(function.reason))
        }
    }
}

extension VDSOReport.Image {
    init(_ image: VDSOImage) {
        self.init(
            size: image.size, kernelVersion: image.kernelVersion?.description,
            symbols: image.exportedFunctions.map { Symbol(name: $0.stem, version: $0.version ?? "") })
    }
}
