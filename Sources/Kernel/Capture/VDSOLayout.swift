import CallSelection
import CSyslatABI
import SyscallTable
import VDSO

/// Where the functions of the vDSO lie that the kernel maps into every process of the machine's own ABI.
struct VDSOLayout {
    /// Bytes of the image; 0 where there is none.
    let size: Int
    /// The names of its functions without their prefix, as the samples number them.
    let functions: [String]
    private let regions: [(start: Int, function: Int)]

    init(_ image: VDSOImage?) {
        let exported = (image?.exportedFunctions ?? []).sorted { $0.offset < $1.offset }.prefix(Int(SYSLAT_VDSO_REGIONS) - 1)
        size = image?.size ?? 0
        functions = exported.map(\.stem)
        // What lies behind a function is helper code of its own. What lies before all of them is shared by those that read a
        // counter (the reader of pvclock, 6.18): most of them ask for the time of a clock.
        let first = functions.firstIndex(of: "clock_gettime").map { [(start: 0, function: $0)] } ?? []
        regions = first + exported.enumerated().map { (start: $0.element.offset, function: $0.offset) }
    }

    /// Whether there are functions, and one of them stands for a system call that is traced.
    func isSelected(_ selection: SyscallSelection?) -> Bool {
        guard size > 0 else { return false }
        guard let selection else { return true }
        return functions.contains { name in
            SyscallTable.number(named: name, abi: Architecture.current.nativeABI)
                .map { selection.contains(SyscallID(abi: Architecture.current.nativeABI, number: $0)) } ?? false
        }
    }

    /// Writes the layout into the programs' configuration.
    func fill(_ config: inout syslat_config) {
        config.vdso_bytes = UInt32(size)
        config.vdso_regions = UInt32(regions.count)
        unsafe withUnsafeMutableBytes(of: &config.regions) { memory in
            for (position, region) in regions.enumerated() {
                // There are no more regions than the array has places.
                unsafe memory.storeBytes(
                    of: syslat_vdso_region(start: UInt32(region.start), function: UInt32(region.function)),
                    toByteOffset: position * MemoryLayout<syslat_vdso_region>.stride, as: syslat_vdso_region.self)
            }
        }
    }
}
