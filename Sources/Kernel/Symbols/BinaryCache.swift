/// The binaries that were read, up to a bound on memory and on open files: the one that was used longest ago goes first.
struct BinaryCache {
    /// What a process sees. Two of them may find different debug files for one binary, and one of them may have been made to mislead.
    struct View: Hashable {
        /// The mount namespace and the root folder; all 0 for the host's own.
        var namespace: UInt64 = 0
        var device: UInt64 = 0
        var inode: UInt64 = 0
    }

    struct Key: Hashable {
        var file: FileID
        var view: View
    }

    private struct Entry {
        var binary: Result<Binary, ELFError>
        /// Whether nobody but root can have made up its functions.
        var isTrusted: Bool
        var lastUse: UInt64
        var cost: Int
    }

    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private(set) var cost = 0
    private let mostBytes: Int
    private let mostBinaries: Int

    init(mostBytes: Int = 64 << 20, mostBinaries: Int = 96) {
        self.mostBytes = mostBytes
        self.mostBinaries = mostBinaries
    }

    var count: Int { entries.count }

    /// What was read before.
    mutating func known(_ key: Key) -> Result<Binary, ELFError>? {
        uses += 1
        entries[key]?.lastUse = uses
        return entries[key]?.binary
    }

    /// Remembers what was read; also that a file is no binary.
    mutating func add(_ key: Key, _ binary: Result<Binary, ELFError>, isTrusted: Bool) {
        uses += 1
        let bytes = (try? binary.get().cost) ?? 256
        cost += bytes - (entries[key]?.cost ?? 0)
        entries[key] = Entry(binary: binary, isTrusted: isTrusted, lastUse: uses, cost: bytes)
        while entries.count > 1, cost > mostBytes || entries.count > mostBinaries {
            guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { break }
            entries[oldest.key] = nil
            cost -= oldest.value.cost
        }
    }

    /// A binary that was seen before; a trusted one if there are several. Anybody can give a file the build-id of another.
    mutating func binary(with buildID: BuildID) -> Binary? {
        let found = entries.filter { (try? $0.value.binary.get().buildID) == buildID }
        guard let best = found.first(where: { $0.value.isTrusted }) ?? found.first else { return nil }
        uses += 1
        entries[best.key]?.lastUse = uses
        return try? best.value.binary.get()
    }
}
