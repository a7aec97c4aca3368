import CallSelection
import CSyslatABI
import SyscallTable

extension SyscallSelection {
    /// Errors: more numbers beyond the bitmap than the programs have room for.
    func checkFits() throws(CaptureError) {
        let count = architecture.abis.reduce(0) { $0 + exceptions(abi: $1).count }
        guard count <= Int(SYSLAT_OTHER_NUMBERS) else {
            throw CaptureError(
                "-e names \(count) numbers outside 0 to \(SyscallSelection.bitmapBits - 1); "
                    + "at most \(SYSLAT_OTHER_NUMBERS) of those fit. Name fewer.", status: .usage)
        }
    }

    /// Writes the selection into the programs' configuration. It must have passed ``checkFits()``.
    func fill(_ config: inout syslat_config) {
        guard !isEverything else { return }
        config.has_selection = 1
        config.others_selected = includesOtherNumbers ? 1 : 0
        var words = [UInt64](repeating: 0, count: Int(SYSLAT_CALL_INDEXES) / 64)
        var others: [SyscallID] = []
        for abi in architecture.abis {
            let first = Int(syslat_call_index(UInt32(abi.rawValue), 0)) / 64
            for (position, word) in bitmap(abi: abi).enumerated() { words[first + position] = word }
            others += exceptions(abi: abi).map { SyscallID(abi: abi, number: $0) }
        }
        config.other_count = UInt32(others.count)
        SyscallSelection.copy(words, to: &config.selected)
        SyscallSelection.copy(others.map { UInt32($0.abi.rawValue) }, to: &config.other_abis)
        SyscallSelection.copy(others.map(\.number), to: &config.other_numbers)
    }

    /// Fills the beginning of a C array, which Swift sees as a tuple, and no more than there is of it.
    private static func copy<Element: BitwiseCopyable, Tuple>(_ elements: [Element], to tuple: inout Tuple) {
        unsafe withUnsafeMutableBytes(of: &tuple) { target in
            unsafe elements.withUnsafeBytes { unsafe target.copyMemory(from: .init(rebasing: $0.prefix(target.count))) }
        }
    }
}
