import Testing

@testable import Capture

extension CommandLineTests {
    /// A kernel that is too old can't be had here: the check takes what such a kernel would say.
    @Suite struct KernelVersions {
        @Test(arguments: [("5.10.0", 5, 10), ("6.18.44-fc-v657", 6, 18), ("6.1-arch", 6, 1), ("10.0.0", 10, 0), ("5.10+", 5, 10)])
        func aReleaseBeginsWithItsVersion(_ release: String, _ major: Int, _ minor: Int) throws {
            #expect(try KernelRequirements.version(of: release) == (major, minor))
        }

        @Test(arguments: ["5.9.16", "4.19.0-27-amd64", "5.4.0-1024-aws", "3.10.0-1160.el7.x86_64"])
        func anOldKernelIsRefusedByItsName(_ release: String) {
            #expect {
                try KernelRequirements.version(of: release)
            } throws: { error in
                let text = "\(error)"
                return text.contains("Linux \(release) is too old") && text.contains("5.10 or newer")
                    && (error as? CaptureError)?.status == .failure
            }
        }

        @Test(arguments: ["", "unknown", "6", ".5.1"]) func aReleaseWithoutAVersionIsRefused(_ release: String) {
            #expect {
                try KernelRequirements.version(of: release)
            } throws: { "\($0)".contains("can't be read from /proc/sys/kernel/osrelease") }
        }
    }
}
