/// The self-test of a host's vDSO: what it serves, and what a call costs on each path.
package struct VDSOReport: Sendable, Hashable {
    /// The vDSO as the kernel maps it into every process.
    package struct Image: Sendable, Hashable {
        package struct Symbol: Sendable, Hashable {
            /// The name without its prefix: `clock_gettime`.
            package var name: String
            /// The version node: `LINUX_2.6`; nil where the symbol is of none.
            package var version: String?

            package init(name: String, version: String?) {
                self.name = name
                self.version = version
            }
        }

        /// In bytes.
        package var size: Int
        /// The kernel that the vDSO says it was built with, as `6.18.5`; nil where it has no such note.
        package var kernelVersion: String?
        package var symbols: [Symbol]

        package init(size: Int, kernelVersion: String?, symbols: [Symbol]) {
            self.size = size
            self.kernelVersion = kernelVersion
            self.symbols = symbols
        }
    }

    /// A mitigation that makes the way into the kernel and back slower.
    package struct Mitigation: Sendable, Hashable {
        /// As ``Host/mitigations`` has them.
        package var name, state: String
        /// What it does at the boundary.
        package var effects: [BoundaryEffect]

        package init(name: String, state: String, effects: [BoundaryEffect]) {
            self.name = name
            self.state = state
            self.effects = effects
        }
    }

    /// One function, or why it has no figures.
    package struct Trial: Sendable, Hashable {
        package enum Absence: Sendable, Hashable {
            /// It was not called, since nothing useful can come of it: a phrase says why.
            case notCalled(String)
            /// It was called and failed: the error's name, such as `EINVAL`.
            case failed(String)
        }

        package var function: VDSOFunction
        package var absence: Absence?

        package init(_ function: VDSOFunction, absence: Absence? = nil) {
            self.function = function
            self.absence = absence
        }
    }

    /// The version of syslat that made it.
    package var tool: String
    package var host: Host
    /// nil where the kernel maps no vDSO.
    package var image: Image?
    /// How the kernel answers calls of the legacy vsyscall page: `emulate`, `xonly`, `none`.
    package var vsyscallMode: String
    package var boundaryMitigations: [Mitigation]
    package var functions: [Trial]
    /// A system call that does nothing: the boundary and little else.
    package var nullCall: VDSOFunction
    /// The p50 of a call that does nothing between its tracepoints; nil where nothing was traced.
    package var probeFloorNanoseconds: UInt64?
    /// What the reader must know before trusting the figures, each a sentence.
    package var warnings: [String]

    package init(
        tool: String, host: Host, image: Image?, vsyscallMode: String, boundaryMitigations: [Mitigation],
        functions: [Trial], nullCall: VDSOFunction, probeFloorNanoseconds: UInt64?, warnings: [String] = []
    ) {
        self.tool = tool
        self.host = host
        self.image = image
        self.vsyscallMode = vsyscallMode
        self.boundaryMitigations = boundaryMitigations
        self.functions = functions
        self.nullCall = nullCall
        self.probeFloorNanoseconds = probeFloorNanoseconds
        self.warnings = warnings
    }

    /// Whether anything was traced: only then is it known which functions the vDSO served.
    package var isTraced: Bool {
        probeFloorNanoseconds != nil || functions.contains { $0.function.isServed != nil }
    }
}
