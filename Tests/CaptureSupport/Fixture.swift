import Foundation
import TestPrograms

/// A small C program with known system calls, compiled by the test run.
///
/// The sources are in Tests/CaptureTests/Fixtures. `*.s64.c` and `*.s32.c` are 64-bit and 32-bit programs without a C library,
/// which make the calls in their source and no others. `name.static` is `name.c`, linked statically.
///
/// Where there is no compiler, as in a guest, SYSLAT_FIXTURES names the folder of the compiled programs.
package struct Fixture: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    package let path: String

    /// Where the sources are.
    package static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "CaptureTests/Fixtures")

    private static let compiled = ProcessInfo.processInfo.environment["SYSLAT_FIXTURES"]
    private static let cache = Cache()

    /// Compiles `name.c`, once for each run of the tests.
    package init(_ name: String) throws {
        path = try Fixture.compiled.map { "\($0)/\(name)" } ?? Fixture.cache.path(of: name)
    }

    /// The command that runs it.
    package static func command(_ name: String, _ arguments: String...) throws -> [String] {
        [try Fixture(name).path] + arguments
    }

    /// A command that reads one byte from standard input before it becomes another: for ``WaitingProgram``.
    package static func gated(_ command: [String]) throws -> [String] { [try Fixture("gate.s64").path] + command }

    private final class Cache: @unchecked Sendable {
        private let lock = NSLock()
        private var paths: [String: String] = [:]
        private static let folder = FileManager.default.temporaryDirectory.appending(path: "syslat-fixtures-\(getpid())")

        init() { atexit { try? FileManager.default.removeItem(at: Cache.folder) } }

        func path(of name: String) throws -> String {
            lock.lock()
            defer { lock.unlock() }
            if let known = paths[name] { return known }
            try FileManager.default.createDirectory(at: Cache.folder, withIntermediateDirectories: true)
            let isStatic = name.hasSuffix(".static")
            let source = sources.appending(path: "\(isStatic ? String(name.dropLast(7)) : name).c")
            let output = Cache.folder.appending(path: name).path
            let freestanding = ["-nostdlib", "-static", "-fno-stack-protector"]
            let flags =
                name.hasSuffix(".s32")
                ? ["-m32"] + freestanding
                : name.hasSuffix(".s64") ? freestanding : isStatic ? ["-pthread", "-static"] : ["-pthread"]
            let result = try ProgramRun.run(
                ["clang", "-O1", "-fno-omit-frame-pointer", "-Wl,--build-id", "-Wall", "-Werror", "-D_GNU_SOURCE"] + flags + [
                    source.path, "-o", output,
                ])
            guard result.status == 0 else { throw Failure(description: "\(name).c does not compile:\n\(result.error)") }
            paths[name] = output
            return output
        }
    }
}
