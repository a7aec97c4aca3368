import Aggregation
import BPFRuntime
import CSyslatABI
import Probes
import Profile

/// Takes in the calls by file that the programs have counted, before the map that they count in is full.
struct FileIntake {
    private var rows = FileRows()
    /// The one that the programs use.
    private var half = FileHalf.first

    /// Takes them if there are many.
    mutating func takeMany(_ probes: borrowing Probes) throws(BPFError) {
        if probes.filePairs >= UInt32(SYSLAT_FILES_TO_TAKE) { try take(probes) }
    }

    private mutating func take(_ probes: borrowing Probes) throws(BPFError) {
        // Before the calls: a file has calls in the map when it is named.
        let names = try probes.takeFileNames()
        rows.add(try probes.takeFileCalls(from: half), names: names)
        half = half.other
    }

    /// All calls by file until now.
    mutating func groups(_ probes: borrowing Probes) throws(BPFError) -> CallGroups {
        try take(probes)
        return CallGroups(rows, others: try probes.otherFileCalls())
    }
}
