import Foundation
import Glibc
import Testing
import TestPrograms

@testable import Linux

/// What a service says to its manager and gives up. Serialized, since the environment is one for the whole process.
@Suite(.serialized) struct ServiceTests {
    private func withEnvironment<Result>(_ variables: [String: String], _ body: () throws -> Result) rethrows -> Result {
        for (name, value) in variables { setenv(name, value, 1) }
        defer { for name in variables.keys { unsetenv(name) } }
        return try body()
    }

    @Test(arguments: [false, true]) func `a message reaches the socket of the manager`(isAbstract: Bool) throws {
        let name = FileManager.default.temporaryDirectory.appendingPathComponent("syslat-notify-\(UUID().uuidString)").path
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer {
            close(socket)
            unlink(name)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(name.utf8)
        if isAbstract { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, socklen_t(2 + path.count)) }
        }
        try #require(result == 0)
        withEnvironment(["NOTIFY_SOCKET": isAbstract ? "@" + name.dropFirst() : name]) {
            ServiceManager.notify("READY=1\nSTATUS=x")
        }
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        #expect(count > 0 && String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1\nSTATUS=x")
    }

    @Test func `without a manager, and with a bad address, nothing is said`() {
        ServiceManager.notify("READY=1")
        for name in ["", "relative", "/nowhere/at/all", "@", String(repeating: "/x", count: 200)] {
            withEnvironment(["NOTIFY_SOCKET": name]) { ServiceManager.notify("READY=1") }
        }
    }

    @Test func `the watchdog's time is taken, if it is meant for this process`() {
        #expect(ServiceManager.watchdogNanoseconds == nil)
        let own = String(getpid())
        for (variables, expected) in [
            (["WATCHDOG_USEC": "30000000"], UInt64(30_000_000_000)), (["WATCHDOG_USEC": "5", "WATCHDOG_PID": own], 5000),
            (["WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"], nil), (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "-1"], nil),
            (["WATCHDOG_USEC": "18446744073709551615"], nil),
        ] as [([String: String], UInt64?)] {
            withEnvironment(variables) { #expect(ServiceManager.watchdogNanoseconds == expected) }
        }
    }

    @Test func `sockets are not taken that are meant for another process`() {
        #expect(ServiceManager.sockets == [])
        let own = String(getpid())
        for variables in [
            ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "1"], ["LISTEN_FDS": "0", "LISTEN_PID": own],
            ["LISTEN_FDS": "99999999", "LISTEN_PID": own], ["LISTEN_FDS": "x", "LISTEN_PID": own],
        ] {
            withEnvironment(variables) { #expect(ServiceManager.sockets == []) }
        }
    }

    @Test func `a thread gives up all that it doesn't need, and the others keep theirs`() {
        let before = Capabilities.inForce
        nonisolated(unsafe) var tries = 0
        nonisolated(unsafe) var (kept, inForce): (UInt64, UInt64) = (.max, .max)
        let thread = Thread {
            // It turns out to need something: the second try succeeds.
            kept = Capabilities.dropAll(but: [Capabilities.bpf, Capabilities.perfmon], keeping: Capabilities.sysPtrace) {
                tries += 1
                return tries == 2
            }
            inForce = Capabilities.inForce
            Capabilities.dropAll()
        }
        thread.start()
        while !thread.isFinished { usleep(1000) }
        #expect(kept == before & (Capabilities.bpf | Capabilities.sysPtrace) && inForce == kept && tries == 2)
        #expect(Capabilities.inForce == before)
        #expect(Capabilities.names(of: Capabilities.bpf | 1) == ["CAP_CHOWN", "CAP_BPF"] && Capabilities.names(of: 0) == [])
    }

    @Test func `the process knows its size, its files and when it began`() throws {
        let own = OwnProcess()
        #expect(own.residentBytes > 1 << 20 && own.virtualBytes >= own.residentBytes && own.threads >= 1 && own.openFiles >= 3)
        let started = try #require(OwnProcess.startedAtNanoseconds)
        // ps counts the same in whole seconds.
        let text = try ProgramRun.run(["ps", "-o", "etimes=", "-p", "\(getpid())"]).output
        let elapsed = try #require(UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        let found = (Clock.wall - started) / 1_000_000_000
        #expect(found + 2 >= elapsed && found <= elapsed + 2)
    }
}
