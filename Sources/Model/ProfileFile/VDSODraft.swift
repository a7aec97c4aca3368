import LatencyHistogram
import Profile
import ProfileSchema
import SyscallTable

/// The lines about the vDSO as they come, the head first.
struct VDSODraft {
    private var head: (functions: [VDSOFunction], ticks: VDSOTicks)?
    private var entered: [VDSOEntry] = []
    private var known: Set<Key> = []
    /// Where the entry of an explanation is.
    private var places: [Explanation: Int] = [:]
    private var served: [ServedEstimate] = []
    private var vsyscalls: [VsyscallCount] = []

    /// What no two lines have in common.
    private struct Key: Hashable {
        var id: SyscallID
        var clock: ClockID?
        /// As it stands in the line.
        var reason: String
    }

    private struct Explanation: Hashable {
        var id: SyscallID
        var clock: ClockID?
        var reason: EntryReason
    }

    mutating func take(_ line: FileLine) throws(ProfileDefect) {
        if let new = line.vdso {
            guard head == nil else { throw ProfileDefect("the vDSO's functions are there twice") }
            head = try new.decoded()
        }
        guard line.vdsoEntered != nil || line.vdsoServed != nil || line.vdsoVsyscall != nil else { return }
        guard head != nil else { throw ProfileDefect("a line about the vDSO comes before the vDSO's functions") }
        if let new = line.vdsoEntered { try add(try new.decoded(), reasonName: new.entry.reason) }
        if let new = line.vdsoServed { served.append(new.estimate) }
        if let new = line.vdsoVsyscall { vsyscalls.append(new.count) }
    }

    private mutating func add(_ entry: VDSOEntry, reasonName: String) throws(ProfileDefect) {
        guard known.insert(Key(id: entry.id, clock: entry.clock, reason: reasonName)).inserted else {
            let clock = entry.clock.map { "\($0.name), " } ?? ""
            throw ProfileDefect("the entries of \(entry.id.abi.name):\(entry.id.name) (\(clock)\(reasonName)) are there twice")
        }
        let explanation = Explanation(id: entry.id, clock: entry.clock, reason: entry.reason)
        guard let same = places[explanation] else {
            places[explanation] = entered.count
            entered.append(entry)
            return
        }
        // Reasons that only a later version tells apart are one reason here.
        var distribution = entered[same].distribution
        distribution.merge(entry.distribution)
        entered[same] = VDSOEntry(
            id: entry.id, clock: entry.clock, reason: entry.reason, distribution: distribution,
            processes: entered[same].processes + entry.processes)
    }

    /// nil where no line says anything.
    var profile: VDSOProfile? {
        head.map { head in
            VDSOProfile(
                functions: head.functions, entered: entered, served: served, vsyscalls: vsyscalls,
                ticks: head.ticks)
        }
    }
}
