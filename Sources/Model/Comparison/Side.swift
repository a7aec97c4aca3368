import Profile

/// One side of a comparison: its files, grouped by boot.
struct Side {
    /// As sentences name it: `BASE`.
    let name: String
    let files: [ComparedFile]
    /// In the order in which they began.
    var boots: [Boot]

    /// - Parameter files: in any order; it is their paths that decide. Of hosts, the boot ids are those of hosts.
    init(_ name: String, _ files: [ComparedFile], _ unit: Replication.Unit = .boot) {
        self.name = name
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        let groups = Dictionary(grouping: self.files.map(\.profile), by: \.host.bootID)
        boots = groups.map { Boot(id: $0.key, files: $0.value, pooled: unit == .host) }.sorted {
            ($0.start, $0.id) < ($1.start, $1.id)
        }
    }

    var profiles: [Profile] { files.map(\.profile) }

    /// Each value that occurs, in order.
    func values(_ value: (Profile) -> String) -> [String] { Array(Set(profiles.map(value))).sorted() }

    var summary: SideSummary {
        SideSummary(
            files: files.count, boots: boots.count, kernels: values(\.host.kernelRelease),
            arch: values(\.host.arch).first ?? "", probeFloor: probeFloor)
    }

    /// The median over the boots, in nanoseconds.
    var probeFloor: Double? { boots.compactMap(\.floor).median }

    /// One figure of one subject in every boot; nil where a boot lacks it.
    func values(_ subject: Subject, _ value: (BootSubject) -> Double?) -> [Double]? {
        var values: [Double] = []
        for boot in boots {
            guard let found = boot.subjects[subject].flatMap(value) else { return nil }
            values.append(found)
        }
        return values
    }

    /// How many boots have a subject.
    func boots(with subject: Subject) -> Int { boots.count { $0.subjects[subject] != nil } }
}
