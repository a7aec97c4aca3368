import Foundation

/// What `syslat vdso --format json` prints, as a program that knows nothing of syslat's code reads it.
public struct SelfTestReport: Decodable, Sendable {
    public struct Image: Decodable, Sendable {
        public struct Symbol: Decodable, Sendable {
            public let name: String
            public let version: String?
        }

        public let size: Int
        public let kernel_version: String?
        public let symbols: [Symbol]
    }

    public let schema: String
    public let host: Report.Host
    /// nil where there is no vDSO.
    public let image: Image?
    public let vsyscall_mode: String
    public let functions: [Report.VDSO.Function]
    public let null_call: Report.VDSO.Function
    public let probe_floor_p50_ns: UInt64?
    public let remarks: [String]

    public init(json: String) throws {
        self = try JSONDecoder().decode(SelfTestReport.self, from: Data(json.utf8))
    }

    /// The calls that the vDSO served (true) or that entered the kernel (false): `clock_gettime MONOTONIC`, `time`. Those of which
    /// that is not known are left out.
    public func calls(served: Bool) -> Set<String> {
        Set(functions.filter { $0.served == served }.map(\.call))
    }
}

extension Report.VDSO.Function {
    /// The name, with the clock where it takes one.
    public var call: String { [name, clock].compactMap { $0 }.joined(separator: " ") }
}
