import CallSelection
import Probes
import SyscallTable
import VDSO

/// Where the functions of the vDSO lie that the kernel maps into every process of the machine's own ABI.
struct VDSOLayout {
    /// The names of its functions without their prefix, as the ticks number them.
    let functions: [String]
    let regions: VDSORegions

    init(_ image: VDSOImage?) {
        let exported = (image?.exportedFunctions ?? []).sorted { $0.offset < $1.offset }.prefix(VDSORegions.limit - 1)
        functions = exported.map(\.stem)
        // What lies behind a function is helper code of its own. What lies before all of them is shared by those that read a
        // counter (the reader of pvclock, 6.18): most of them ask for the time of a clock.
        let first = functions.firstIndex(of: "clock_gettime").map { [VDSORegions.Region(start: 0, function: $0)] } ?? []
        regions = VDSORegions(
            imageBytes: image?.size ?? 0,
            regions: first + exported.enumerated().map { .init(start: $0.element.offset, function: $0.offset) })
    }

    /// Whether there are functions, and one of them stands for a system call that is traced.
    func isSelected(_ selection: SyscallSelection?) -> Bool {
        guard regions.imageBytes > 0 else { return false }
        guard let selection else { return true }
        return functions.contains { name in
            SyscallTable.number(named: name, abi: Architecture.current.nativeABI)
                .map { selection.contains(SyscallID(abi: Architecture.current.nativeABI, number: $0)) } ?? false
        }
    }
}
