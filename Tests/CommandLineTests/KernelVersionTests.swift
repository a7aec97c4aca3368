import Testing

@testable import Probes

extension CommandLineTests {
    /// No kernel here is too old, so the check is given the releases of old ones.
    @Suite struct KernelVersions {
        @Test(arguments: ["5.10.0", "6.18.44-fc-v657", "6.1-arch", "10.0.0", "5.10+"])
        func `a release of 5.10 or newer is accepted`(_ release: String) throws { try KernelFeatures.check(release: release) }

        @Test(arguments: ["5.9.16", "4.19.0-27-amd64", "5.4.0-1024-aws", "3.10.0-1160.el7.x86_64"])
        func `an old kernel is refused by its release`(_ release: String) {
            #expect {
                try KernelFeatures.check(release: release)
            } throws: { error in
                let text = "\(error)"
                return text.contains("Linux \(release) is too old") && text.contains("5.10 or newer")
            }
        }

        @Test(arguments: ["", "unknown", "6", ".5.1"]) func `a release without a version is refused`(_ release: String) {
            #expect {
                try KernelFeatures.check(release: release)
            } throws: { "\($0)".contains("has no version that syslat can read") }
        }
    }
}
