/// The self-test of a host's vDSO: what it serves, and what a call costs on each path.
public struct VDSOReport: Sendable, Hashable {
    /// The vDSO as the kernel maps it into every process.
    public struct Image: Sendable, Hashable {
        public struct Symbol: Sendable, Hashable {
            /// The name without its prefix: `clock_gettime`.
            public var name: String
            /// The version node: `LINUX_2.6`; nil where the symbol is of none.
            public var version: String?

            public init(name: String, version: String?) {
                self.name = name
                self.version = version
            }
        }

        /// In bytes.
        public var size: Int
        /// The kernel that the vDSO says it was built with, as `6.18.5`; nil where it has no such note.
        public var kernelVersion: String?
        public var symbols: [Symbol]

        public init(size: Int, kernelVersion: String?, symbols: [Symbol]) {
            self.size = size
            self.kernelVersion = kernelVersion
            self.symbols = symbols
        }
    }

    /// A mitigation that makes the way into the kernel and back slower.
    public struct Mitigation: Sendable, Hashable {
        /// As ``Host/mitigations`` has them.
        public var name, state: String
        /// What it does at the boundary, each a phrase.
        public var effects: [String]

        public init(name: String, state: String, effects: [String]) {
            self.name = name
            self.state = state
            self.effects = effects
        }
    }

    /// One function, or why there are no figures of it.
    public struct Trial: Sendable, Hashable {
        public enum Absence: Sendable, Hashable {
            /// It was not called, since nothing useful can come of it: a phrase says why.
            case notCalled(String)
            /// It was called and failed: the error's name, such as `EINVAL`.
            case failed(String)
        }

        public var function: VDSOFunction
        public var absence: Absence?

        public init(_ function: VDSOFunction, absence: Absence? = nil) {
            self.function = function
            self.absence = absence
        }
    }

    /// The version of syslat that made it.
    public var tool: String
    public var host: Host
    /// nil where the kernel maps no vDSO.
    public var image: Image?
    /// How the kernel answers calls of the legacy vsyscall page: `emulate`, `xonly`, `none`.
    public var vsyscallMode: String
    public var boundaryMitigations: [Mitigation]
    public var functions: [Trial]
    /// A system call that does nothing: the boundary and little else.
    public var nullCall: VDSOFunction
    /// The p50 of a call that does nothing between its tracepoints; nil where nothing was traced.
    public var probeFloorNanoseconds: UInt64?
    /// What the reader must know before trusting the figures, each a sentence.
    public var remarks: [String]

    public init(
        tool: String, host: Host, image: Image?, vsyscallMode: String, boundaryMitigations: [Mitigation],
        functions: [Trial], nullCall: VDSOFunction, probeFloorNanoseconds: UInt64?, remarks: [String] = []
    ) {
        self.tool = tool
        self.host = host
        self.image = image
        self.vsyscallMode = vsyscallMode
        self.boundaryMitigations = boundaryMitigations
        self.functions = functions
        self.nullCall = nullCall
        self.probeFloorNanoseconds = probeFloorNanoseconds
        self.remarks = remarks
    }

    /// Whether anything was traced, so that it is known which functions the vDSO served.
    public var isTraced: Bool {
        probeFloorNanoseconds != nil || functions.contains { $0.function.isServed != nil }
    }
}
