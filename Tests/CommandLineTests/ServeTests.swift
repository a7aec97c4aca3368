import CaptureSupport
import Foundation
import TestPrograms
import TestSupport
import Testing

extension CommandLineTests {
    /// `syslat serve`, as Prometheus, systemd and people use it.
    @Suite(.requiresBPF) struct Serve {
        private struct Job: Encodable {
            let syslat = ProgramRun.syslat
            let oracles = Oracles.folder
            let packaging = Oracles.packaging
            let scenario: String
        }

        @Test(
            .enabled(if: Oracles.areWanted, "\(Oracles.missing)"),
            arguments: [
                "prometheus", "signals", "systemd", "capabilities", "counters", "windows", "restart", "victoria", "dashboard",
                "proxy", "groups",
            ])
        func `a server does what its users expect`(_ scenario: String) throws {
            let job = String(decoding: try JSONEncoder().encode(Job(scenario: scenario)), as: UTF8.self)
            let found = try Oracles.ask("drive_serve.py", about: job, for: [String].self)
            #expect(found.isEmpty, "\(found)")
        }

        @Test(
            .enabled(if: Oracles.chromiumIsWanted, Comment(rawValue: Oracles.missingChromium)),
            arguments: ["live", "rows", "cut", "static", "sizes"])
        func `its page does what readers expect of it`(_ scenario: String) throws {
            let job = String(decoding: try JSONEncoder().encode(Job(scenario: scenario)), as: UTF8.self)
            let found = try Oracles.ask("drive_page.py", about: job, for: [String].self)
            #expect(found.isEmpty, "\(found)")
        }

        @Test(arguments: [
            ([], "Say what to profile"), (["--", "true"], "serve watches what runs already"),
            (["-a", "--listen", ":80"], "has no address"),
            (["-a", "--listen", "localhost:80"], "has no address"), (["-a", "--listen", "127.0.0.1"], "has no port"),
            (["-a", "--max-groups", "9"], "--max-groups needs groups"),
            (["-a", "--by", "cgroup", "--max-groups", "0"], "from 1 to 2000"),
            (["-a", "--by", "pid"], "--by"), (["-a", "--native-schema", "8"], "is not from 3 to 6"),
            (["-a", "--keep", "2d"], "needs a unit"), (["--kepe", "1h"], "Unknown option '--kepe'. Did you mean"),
            (["-a", "--keep", "25h"], "from 1s to 24h"), (["-p", "1", "--wait-all"], "serve goes on"),
            (["-a", "--allow-host", "node5.example:10042"], "'node5.example:10042' is no name of a host. Write it as clients do"),
            (["-a", "--allow-host", "*"], "there is no *"), (["-a", "--allow-host", ""], "'' is no name of a host"),
            (["-a", "--allow-host", "http://node5.example/"], "is no name of a host"),
        ])
        func `what makes no sense is refused with the remedy`(_ arguments: [String], _ words: String) throws {
            let run = try syslat(["serve"] + arguments)
            #expect(run.status == 64)
            #expect(run.error.contains(words), "\(run.error)")
        }

        @Test func `an address that is taken is named, and nothing stays attached`() throws {
            let socket = try ProgramRun.run(
                [
                    "python3", "-c",
                    "import socket, subprocess, sys; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); "
                        + "sys.exit(subprocess.run([sys.argv[1], 'serve', '-a', '--listen', '127.0.0.1:%d' % s.getsockname()[1]]).returncode)",
                    ProgramRun.syslat,
                ])
            #expect(socket.status == 1)
            #expect(
                socket.error.contains(
                    "Address already in use. `ss -ltnp` names the program that has it. --listen takes another address."),
                "\(socket.error)")
        }
    }
}
