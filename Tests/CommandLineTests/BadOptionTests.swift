import CaptureSupport
import Testing

extension CommandLineTests {
    /// Options that make no sense are refused with 64 before anything is loaded, and without root.
    @Suite struct BadOptions {
        static let selections = [
            Refusal(["profile", "-e", "reed", "--", "true"], 64, "'reed'", "did you mean read"),
            Refusal(["profile", "-e", "%fiel", "--", "true"], 64, "'%fiel'", "the classes are %file", "%clock"),
            Refusal(["profile", "-e", "file", "--", "true"], 64, "'file'", "did you mean the class %file?"),
            Refusal(["profile", "-e", "epol*x", "--", "true"], 64, "'epol*x'", "matches no system call", "widen it"),
            Refusal(["profile", "-e", "xyz*", "--", "true"], 64, "'xyz*'", "matches no system call"),
            Refusal(["profile", "-e", "arm:read", "--", "true"], 64, "'arm'", "x86_64 does not have", "ia32"),
            Refusal(["profile", "-e", "read,", "--", "true"], 64, "'read,'", "empty item"),
        ]

        static let values = [
            Refusal(["profile", "--ring-size", "3MiB", "--", "true"], 64, "ring size", "power of two", "3145728 bytes", "8MiB"),
            Refusal(["profile", "--ring-size", "32KiB", "--", "true"], 64, "ring size", "64KiB to 1GiB", "32768 bytes"),
            Refusal(["profile", "--ring-size", "2GiB", "--", "true"], 64, "ring size", "64KiB to 1GiB", "2147483648 bytes"),
            Refusal(["profile", "--ring-size", "8", "--", "true"], 64, "'8'", "--ring-size", "needs a unit", "512KiB or 8MiB"),
            Refusal(["profile", "--ring-size", "1T", "--", "true"], 64, "ring size", "64KiB to 1GiB", "1099511627776 bytes"),
            Refusal(["profile", "--ring-size", "-1MiB", "--", "true"], 64, "'-1MiB'", "not a positive number", "8MiB"),
            Refusal(["profile", "-d", "0s", "--", "true"], 64, "'0s'", "zero", "10s or 500ms"),
            Refusal(["profile", "-d", "-1s", "--", "true"], 64, "'-1s'", "not a positive number", "10s or 500ms"),
            Refusal(["profile", "-d", "10", "--", "true"], 64, "'10'", "needs a unit", "10s or 500ms"),
            Refusal(["profile", "--duration", "1y", "--", "true"], 64, "'1y'", "needs a unit", "10s or 500ms"),
            Refusal(["profile", "-d", "--", "true"], 64, "'--'", "needs a unit", "10s or 500ms"),
            Refusal(["profile", "--format", "xml", "--", "true"], 64, "'xml'", "--format", "'text', 'json' or 'html'"),
            Refusal(["profile", "--sort", "size", "--", "true"], 64, "'size'", "--sort", "total", "p999", "name"),
            Refusal(["profile", "--by", "user", "--", "true"], 64, "'user'", "--by", "- cgroup"),
            Refusal(["profile", "--top", "0", "--", "true"], 64, "--top 0", "shows nothing", "give 1 or more"),
            Refusal(["profile", "--top", "-3", "--", "true"], 64, "--top -3", "shows nothing", "give 1 or more"),
            Refusal(["profile", "--top", "all", "--", "true"], 64, "'all'", "--top"),
            Refusal(["profile", "--histogram=", "--", "true"], 64, "--histogram= names no call", "--histogram=read,write"),
            Refusal(["profile", "--bogus", "--", "true"], 64, "'--bogus'", "--help"),
        ]

        static let tickRates = ["0", "-1", "10001", "fast", "", "1.5", "4294967296", "OFF"].map { rate in
            Refusal(
                ["profile", "--vdso-ticks", rate, "--", "true"], 64,
                "The tick rate '\(rate)' is not a whole number from 1 to 10000",
                "Write 997, or off")
        }

        static let samplings = [
            "1/3", "0", "1/0", "1/2^20", "1/1048576", "1/8192", "16", "2/16", "1/-16", "1/+16", "1/", "", "half",
        ].map { rate in
            Refusal(
                ["profile", "--sample", rate, "--", "true"], 64,
                "The sampling '\(rate)' is not 1/n, n being a power of two from 1 to 4096",
                "Write 1/16")
        }

        static let budgets = ["0%", "200%", "fast", "1", "-1%", "%", "", "1e1%", "100.01%", "0.009%"].map { budget in
            Refusal(
                ["profile", "--max-overhead", budget, "--", "true"], 64,
                "The overhead '\(budget)' is not a percentage from 0.01% to 100%", "Write 1% or 0.5%")
        }

        static let both = Refusal(
            ["profile", "--sample", "1/16", "--max-overhead", "1%", "--", "true"], 64,
            "--sample and --max-overhead contradict each other",
            "Keep one")

        static let targets = [
            Refusal(["profile"], 64, "Say what to profile", "-p PID", "-a", "--cgroup", "-- COMMAND"),
            Refusal(["profile", "--"], 64, "Say what to profile", "-- COMMAND"),
            Refusal(["profile", "ls", "-l"], 64, "Say what to profile", "-- COMMAND"),
            Refusal(["profile", "--pud", "7"], 64, "Unknown option '--pud'", "'--pid'"),
            Refusal(["profile", "-a", "-p", "1"], 64, "-p and -a contradict each other", "Keep one"),
            Refusal(["profile", "-a", "--", "true"], 64, "-a and a command after -- contradict each other", "Keep one"),
            Refusal(["profile", "-p", "1", "--cgroup", "/", "--", "true"], 64, "-p and --cgroup and a command after --"),
            Refusal(["profile", "--no-follow", "-a"], 64, "--no-follow", "-a has no children", "Drop it"),
            Refusal(["profile", "--no-follow", "--cgroup", "/"], 64, "--no-follow", "--cgroup has no children", "Drop it"),
            Refusal(["profile", "--wait-all", "-a"], 64, "--wait-all", "-a has no end to wait for", "Drop it"),
            Refusal(["profile", "--wait-all", "--no-follow", "--", "true"], 64, "--wait-all", "--no-follow", "Keep one"),
            Refusal(["profile", "-p", "1", "2x"], 64, "'2x' is not a process id", "-p 1234 5678"),
            Refusal(["profile", "-p", "0"], 64, "'0' is not a process id", "-p 1234,5678"),
            Refusal(["profile", "-p", "self"], 64, "'self' is not a process id", "-p 1234,5678"),
            Refusal(["profile", "-p", "1,,2"], 64, "'' is not a process id", "-p 1234,5678"),
            Refusal(["profile", "-p", ""], 64, "'' is not a process id", "-p 1234,5678"),
        ]

        @Test(arguments: samplings + budgets + [both])
        func `sampling rates and budgets that make no sense are refused`(_ refusal: Refusal) throws {
            try refusal.check()
        }
        @Test(arguments: selections)
        func `selections that name no call are refused with a hint`(_ refusal: Refusal) throws { try refusal.check() }

        @Test(arguments: values)
        func `values that make no sense for their option are refused`(_ refusal: Refusal) throws { try refusal.check() }

        @Test(arguments: tickRates)
        func `tick rates other than 1 to 10000 and off are refused`(_ refusal: Refusal) throws { try refusal.check() }

        @Test(.requiresBPF, arguments: [("off", nil), ("1", 1), ("10000", 10_000)] as [(String, UInt32?)])
        func `off and the lowest and highest tick rates are accepted`(_ rate: String, _ hertz: UInt32?) throws {
            let (report, run) = try Report.profiling(["true"], options: ["--vdso-ticks", rate])
            #expect(run.status == 0, "\(run.error)")
            #expect(report.vdso?.ticks.state == (hertz == nil ? "off" : "on"))
            #expect(report.vdso?.ticks.hertz == hertz)
        }

        @Test(arguments: targets)
        func `missing, contradictory and malformed targets are refused`(_ refusal: Refusal) throws { try refusal.check() }

        /// Users of strace are used to it.
        @Test func `a command without profile and dashes is shown with them`() throws {
            let run = try syslat(["ls", "-l"])
            #expect(run.status == 64)
            #expect(run.output == "")
            #expect(run.error.contains("no subcommand 'ls'"), "\(run.error)")
            #expect(run.error.contains("syslat profile -- ls"), "\(run.error)")
        }
    }
}
