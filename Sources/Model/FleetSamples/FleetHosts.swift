import Profile

/// One host of one side.
struct FleetHost {
    var name: String
    /// What it was within the window, as `syslat_host_info` says; more than one if it was rebooted.
    var identities: [[String: String]]

    var kernels: [String] { Set(identities.map { $0["kernel_release"] ?? "" }).sorted() }

    /// As a profile has it. What Prometheus doesn't know is empty.
    var host: Host {
        func value(_ label: String) -> String { Set(identities.compactMap { $0[label] }).sorted().joined(separator: ", ") }
        return Host(
            kernelRelease: value("kernel_release"), kernelVersion: "", arch: value("arch"), bootID: name,
            cpuModel: value("cpu_model"),
            microcode: "", onlineCPUs: 0, clocksource: value("clocksource"), mitigations: [:])
    }
}

/// Which hosts are compared with which.
struct FleetPlan {
    /// More hosts than this of a side add nothing, as with boots.
    static let mostHosts = 100

    var base, new: [String]
    var isPaired: Bool
    var notes: [String] = []

    /// Pairs hosts that are on both sides, if those are at least half of the larger side. Of many hosts it takes some, evenly by name.
    init(base: [String], new: [String]) {
        let (mine, theirs) = (Set(base), Set(new))
        let both = mine.intersection(theirs)
        isPaired = !both.isEmpty && 2 * both.count >= max(mine.count, theirs.count)
        if isPaired {
            let single = mine.symmetricDifference(theirs).sorted()
            if !single.isEmpty {
                notes.append(
                    "Each host is compared with itself. \(FleetPlan.phrase(single.count, "host is", "hosts are")) on one side only, and left out: "
                        + "\(FleetPlan.list(single)).")
            }
            (self.base, self.new) = (both.sorted(), both.sorted())
        } else {
            (self.base, self.new) = (mine.sorted(), theirs.sorted())
        }
        thin("BASE", \.base)
        thin(isPaired ? nil : "NEW", \.new)
    }

    private mutating func thin(_ side: String?, _ hosts: WritableKeyPath<FleetPlan, [String]>) {
        let all = self[keyPath: hosts]
        guard all.count > FleetPlan.mostHosts else { return }
        self[keyPath: hosts] = (0..<FleetPlan.mostHosts).map { all[$0 * all.count / FleetPlan.mostHosts] }
        if let side {
            notes.append(
                "Of the \(all.count) hosts of \(isPaired ? "both sides" : side), \(FleetPlan.mostHosts) are compared, evenly by name: more add "
                    + "nothing.")
        }
    }

    /// Without hosts that turned out to be of no use on one side.
    mutating func drop(base dropped: Set<String>, new others: Set<String>) {
        let (first, second) = isPaired ? (dropped.union(others), dropped.union(others)) : (dropped, others)
        base.removeAll { first.contains($0) }
        new.removeAll { second.contains($0) }
    }

    static func list(_ names: [String], most: Int = 5) -> String {
        let shown = names.prefix(most).map(ServerAnswer.shown).joined(separator: ", ")
        return names.count > most ? "\(shown) and \(names.count - most) more" : shown
    }

    static func phrase(_ count: Int, _ singular: String, _ plural: String) -> String {
        "\(count) \(count == 1 ? singular : plural)"
    }
}
