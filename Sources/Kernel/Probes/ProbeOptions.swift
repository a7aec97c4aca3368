import CSyslatABI
package import CallSelection
package import Linux
package import SyscallTable

/// The options of the programs, fixed when they are loaded.
package struct ProbeOptions: Sendable {
    /// Which processes are watched.
    package enum Scope: Sendable, Hashable {
        /// Processes that are named one by one; with `follow`, the children they start from then on as well.
        case processes(follow: Bool)
        /// Every process except this one.
        case all
        /// A cgroup (v2) and the cgroups below it.
        case cgroup(path: String)

        var isCgroup: Bool { if case .cgroup = self { true } else { false } }
    }

    package enum Grouping: Sendable {
        /// Events have thread ids, and the ends of threads are told.
        case thread
        /// The cgroup in which each process ends is told.
        case cgroup(CgroupHierarchy)
        /// Calls on descriptors are counted by file. Which arguments are descriptors is told by the closure.
        case file(places: @Sendable (SyscallID) -> ArgumentPlaces)
    }

    package var scope: Scope
    /// The calls to watch; nil for all.
    package var selection: SyscallSelection?
    /// Requests to io_uring are watched, those of the selection.
    package var watchesRequests = true
    /// Only some calls are measured.
    package var isSampled = false
    /// Single calls to keep with their details; nil for none.
    package var slowCalls: SlowCallWatch?
    /// What calls are grouped by, if the programs must help with it.
    package var grouping: Grouping?
    /// Size of the ring buffer: a power of two.
    package var ringBytes: Int
    /// A BTF file of the running kernel, for kernels that carry none.
    package var btfPath: String?
    /// The vDSO that the kernel maps into every process of the machine's own ABI.
    package var vdso = VDSORegions()
    /// The set to use where it can be, even if another suits better: for tests.
    package var programSet: ProgramSet?
    /// The hook to use at every tracepoint, whatever the kernel needs: for tests.
    package var hook: TracepointHooks.Hook?
    /// Limits the in-flight slots, for tests that need collisions.
    package var slotLimit: Int?
    /// Limits the CPU shares, for tests in which CPUs need to use one together.
    package var cpuShareLimit: Int?

    /// Whether every call on a descriptor is counted by file.
    var countsFiles: Bool { if case .file = grouping { true } else { false } }

    /// Whether it is noted where calls sleep.
    var notesSleep: Bool { slowCalls?.notesSleep ?? false }

    /// The exit programs have more to do with some calls than to measure them.
    var looksAtCalls: Bool { slowCalls != nil || countsFiles }

    /// Which arguments of a call are descriptors and paths.
    var places: (SyscallID) -> ArgumentPlaces {
        if let slowCalls { return slowCalls.places }
        if case .file(let places) = grouping { return places }
        return { _ in ArgumentPlaces() }
    }

    /// Whether the programs are to be able to leave calls unmeasured.
    var samples: Bool { isSampled || programSet == .fastSampling }

    package init(scope: Scope, selection: SyscallSelection? = nil, ringBytes: Int) {
        self.scope = scope
        self.selection = selection
        self.ringBytes = ringBytes
    }
}

/// The layout of the vDSO: which function a tick is attributed to.
package struct VDSORegions: Sendable, Hashable {
    /// A stretch of code, up to the next one.
    package struct Region: Sendable, Hashable {
        /// Bytes from the beginning of the image.
        package var start: Int
        /// As the reader of ticks numbers the functions.
        package var function: Int

        package init(start: Int, function: Int) {
            self.start = start
            self.function = function
        }
    }

    /// Bytes of the image; 0 without a vDSO.
    package var imageBytes: Int
    /// In rising order, no more than ``limit``.
    package var regions: [Region]

    /// How many stretches of code can be told apart.
    package static let limit = Int(SYSLAT_VDSO_REGIONS)

    package init(imageBytes: Int = 0, regions: [Region] = []) {
        self.imageBytes = imageBytes
        self.regions = regions
    }
}
