import HostCheck
import Capture
import Foundation
import Testing

/// Whether captures work on this machine. One capture is made to find out.
package enum BPFRequirement {
    /// Why captures don't work; nil if they do.
    package static let obstacle: String? = Doctor.examine(btfPath: nil).first { $0.verdict == .failed }
        .map { "\($0.subject): \($0.detail)" }

    /// Whether the tracepoints of io_uring name the request that completes: from Linux 6.0 on.
    package static let seesRequests = ProcessInfo.processInfo.operatingSystemVersion.majorVersion >= 6

    /// With SYSLAT_REQUIRE_BPF=1 nothing is skipped: what can't run fails.
    package static let isRequired = ProcessInfo.processInfo.environment["SYSLAT_REQUIRE_BPF"] == "1"
}

extension Trait where Self == ConditionTrait {
    /// Skips a test, saying why, where BPF is not permitted.
    package static var requiresBPF: Self {
        .enabled(if: BPFRequirement.isRequired || BPFRequirement.obstacle == nil, "captures do not work here: see syslat doctor")
    }
}
