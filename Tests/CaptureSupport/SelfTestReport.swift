import Foundation

/// What `syslat vdso --format json` prints, as a program that knows nothing of syslat's code reads it.
package struct SelfTestReport: Decodable, Sendable {
    package struct Image: Decodable, Sendable {
        package struct Symbol: Decodable, Sendable {
            package let name: String
            package let version: String?
        }

        package let size: Int
        package let kernel_version: String?
        package let symbols: [Symbol]
    }

    package let schema: String
    package let host: Report.Host
    /// nil where there is no vDSO.
    package let image: Image?
    package let vsyscall_mode: String
    package let functions: [Report.VDSO.Function]
    package let null_call: Report.VDSO.Function
    package let probe_floor_p50_ns: UInt64?
    package let warnings: [String]

    package init(json: String) throws {
        self = try JSONDecoder().decode(SelfTestReport.self, from: Data(json.utf8))
    }

    /// The calls that the vDSO served (true) or that entered the kernel (false): `clock_gettime MONOTONIC`, `time`. Calls of
    /// which neither is known are left out.
    package func calls(served: Bool) -> Set<String> {
        Set(functions.filter { $0.served == served }.map(\.call))
    }
}

extension Report.VDSO.Function {
    /// The name, with the clock where it takes one.
    package var call: String { [name, clock].compactMap { $0 }.joined(separator: " ") }
}
