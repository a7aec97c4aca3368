import Comparison
import LatencyHistogram
import Profile
import SyscallTable

/// One side of a fleet while it is read.
struct FleetSide {
    let name: String
    let selector: HostSelector
    /// The end of its window, in seconds since 1970.
    let time: Double
    var hosts: [String: FleetHost] = [:]
    var scrapes: [String: Double] = [:]
    var lost: [String: Double] = [:]
    /// Seconds.
    var floors: [String: Double] = [:]
    /// One call in so many is measured.
    var sampling: [String: Double] = [:]
    /// Hosts that can't be compared, and why, as sentences.
    private(set) var unfit: Set<String> = []
    private(set) var reasons: [String] = []
    private(set) var counts: [String: [SyscallID: NativeCounts]] = [:]
    private var unknown: Set<String> = []
    private var broken: Set<String> = []
    private var strange: Set<String> = []

    init(_ name: String, _ selector: HostSelector, _ time: Double) {
        (self.name, self.selector, self.time) = (name, selector, time)
    }

    /// `1 h`, `90 min`.
    static func span(_ seconds: Int) -> String {
        let units = [(86400, "d"), (3600, "h"), (60, "min")]
        for (size, unit) in units where seconds >= size && seconds % size == 0 { return "\(seconds / size) \(unit)" }
        return "\(seconds) s"
    }

    // MARK: Hosts of no use

    /// Hosts that ran several kernels in the window, or were watched for less than half of it.
    mutating func findUnfit(_ names: [String]) {
        let mixed = names.filter { (hosts[$0]?.kernels.count ?? 0) > 1 }
        if !mixed.isEmpty {
            unfit.formUnion(mixed)
            reasons.append(
                "\(FleetPlan.phrase(mixed.count, "host", "hosts")) of \(name) ran more than one kernel within the window, and "
                    + "\(mixed.count == 1 ? "is" : "are") left out: \(FleetPlan.list(mixed)).")
        }
        let counts = names.compactMap { scrapes[$0] }.sorted()
        guard !counts.isEmpty else { return }
        // A host that is always there is scraped as often as most are.
        let usual = counts[counts.count / 2]
        let late = names.filter { !unfit.contains($0) && (scrapes[$0] ?? 0) < usual / 2 }
        guard !late.isEmpty else { return }
        unfit.formUnion(late)
        reasons.append(
            "\(FleetPlan.phrase(late.count, "host was", "hosts were")) there for less than half of the window of \(name), and "
                + "\(late.count == 1 ? "is" : "are") left out: \(FleetPlan.list(late)).")
    }

    // MARK: Histograms

    mutating func take(_ sample: NativeSample, _ labels: [String: String], of host: String) {
        let call = labels["syscall"] ?? ""
        guard let abi = labels["abi"].flatMap({ ABI(name: $0) }), let id = FleetSide.id(call, abi) else {
            unknown.insert(call)
            return
        }
        do throws(NativeCounts.Fault) {
            counts[host, default: [:]][id] = try NativeCounts(sample)
        } catch {
            if error == .notCounts { broken.insert("\(call) of \(host)") } else { strange.insert("\(call) of \(host)") }
        }
    }

    /// By its name, or by the number of a call that has none: `syscall_9999`.
    private static func id(_ name: String, _ abi: ABI) -> SyscallID? {
        if let number = SyscallTable.number(named: name, abi: abi) { return SyscallID(abi: abi, number: number) }
        let prefix = "syscall_"
        guard name.hasPrefix(prefix), let number = Int32(name.dropFirst(prefix.count)), number >= 0 else { return nil }
        return SyscallID(abi: abi, number: number)
    }

    var schemas: [Int] { counts.values.flatMap { $0.values.compactMap(\.schema) } }

    mutating func coarsen(to schema: Int) {
        counts = counts.mapValues { $0.mapValues { $0.coarsened(to: schema) } }
    }

    /// What happened to histograms that could not be read; empty if nothing did.
    var brokenSentence: String { doubts.map { " \($0)" }.joined() }

    var doubts: [String] {
        var found: [String] = []
        if !broken.isEmpty {
            found.append(
                "\(FleetPlan.phrase(broken.count, "histogram", "histograms")) of \(name) had counts below zero, as after a counter that fell "
                    + "without a restart, and \(broken.count == 1 ? "is" : "are") left out: \(FleetPlan.list(broken.sorted())).")
        }
        if !strange.isEmpty {
            found.append(
                "\(FleetPlan.phrase(strange.count, "histogram", "histograms")) of \(name) had no buckets of a standard schema, and "
                    + "\(strange.count == 1 ? "is" : "are") left out: \(FleetPlan.list(strange.sorted())).")
        }
        if !unknown.isEmpty {
            found.append(
                "Calls of \(name) that this version of syslat doesn't know are left out: \(FleetPlan.list(unknown.sorted())). A newer one may."
            )
        }
        return found
    }

    // MARK: Profiles

    /// A profile for each host.
    func files(_ names: [String], window: Int) -> [ComparedFile] {
        names.map { ComparedFile(path: "host \(ServerAnswer.shown($0)) of \(name)", profile: profile($0, window: window)) }
    }

    private func profile(_ host: String, window: Int) -> Profile {
        func whole(_ value: Double?) -> UInt64 { value.flatMap { UInt64(exactly: max(0, min($0, 0x1p53)).rounded()) } ?? 0 }
        let calls = (counts[host] ?? [:]).sorted { $0.key < $1.key }.compactMap { id, counts -> CallProfile? in
            let distribution = counts.histogram
            guard !distribution.isEmpty else { return nil }
            return CallProfile(id: id, series: [Series(outcome: .ran, failed: false, distribution: distribution)], errnos: [])
        }
        let lost = whole(lost[host])
        let measured = calls.reduce(UInt64(0)) { $0 &+ $1.series.reduce(0) { $0 &+ $1.distribution.count } }
        let everyOther = sampling[host].flatMap { UInt64(exactly: max(1, min($0, 4096)).rounded()) } ?? 1
        let shift = UInt8(63 - everyOther.leadingZeroBitCount)
        return Profile(
            tool: "", host: (hosts[host] ?? FleetHost(name: host, identities: [])).host,
            capture: CaptureSummary(
                startedAtNanoseconds: 0, durationNanoseconds: UInt64(window) * 1_000_000_000, scope: "",
                probeFloorNanoseconds: floors[host].map { whole($0 * 1e9) },
                sampling: shift > 0 ? CallSampling(lowestShift: shift, highestShift: shift) : nil),
            balance: Balance(
                entered: measured.addingReportingOverflow(lost).partialValue, completed: measured, inFlight: 0, neverReturned: 0,
                lostByCause: lost > 0 ? [.unaccounted: lost] : [:]),
            calls: calls, processes: [], inFlight: [])
    }
}
