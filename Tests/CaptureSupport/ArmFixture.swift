import Foundation
import TestPrograms

/// A fixture for guests of arm64, compiled by the test run: as ``Fixture``, of the same sources. `NAME.s64` is a 64-bit program without a C
/// library, `NAME.s32` a 32-bit one, and `NAME.static` has the C library of the sysroot.
package enum ArmFixture {
    /// The arm64 system that Tools/arm64/make-chroot makes.
    package static let sysroot = ProcessInfo.processInfo.environment["SYSLAT_ARM64_SYSROOT"]

    /// The program's bytes.
    package static func compile(_ name: String) throws -> [UInt8] {
        let isStatic = name.hasSuffix(".static")
        let source = Fixture.sources.appending(path: "\(isStatic ? String(name.dropLast(7)) : name).c")
        let output = FileManager.default.temporaryDirectory.appending(path: "syslat-arm64-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: output) }
        let freestanding = [
            "-nostdlib", "-static", "-fno-stack-protector", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables",
        ]
        let flags =
            name.hasSuffix(".s32")
            ? ["--target=armv7a-linux-gnueabi", "-marm"] + freestanding
            : ["--target=aarch64-linux-gnu"] + (isStatic ? ["-pthread", "-static"] : freestanding)
        let result = try ProgramRun.run(
            ["clang", "-O1", "-Wall", "-Werror", "-D_GNU_SOURCE", "-fuse-ld=lld"] + flags
                + (sysroot.map { ["--sysroot=\($0)"] } ?? []) + [source.path, "-o", output])
        guard result.status == 0 else {
            throw Fixture.Failure(description: "\(name) does not compile for arm64:\n\(result.error)")
        }
        return Array(try Data(contentsOf: URL(fileURLWithPath: output)))
    }
}
