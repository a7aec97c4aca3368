import ArgumentParser
import Testing

@testable import syslat

/// Command lines of `syslat trial start` that are refused before anything is looked at.
@Suite struct TrialRefusalTests {
    private static let kernels = ["--kernel", "6.1", "--kernel", "6.12"]

    @Test(arguments: [
        (["--kernel", "6.1"], "A trial compares kernels: name two with --kernel, as `uname -r` says them."),
        (kernels + ["--boots", "0"], "--boots 0 is out of range: give a number from 1 to 100."),
        (kernels + ["--runs", "1001"], "--runs 1001 is out of range: give a number from 1 to 1000."),
        (kernels + ["--profile", "postgresql.service"], "--profile takes a unit of systemd: --profile unit:postgresql.service"),
        (
            kernels + ["--profile", "unit:a.service", "--quick"],
            "--quick and --cases are for the bench: leave out --profile, or them."
        ),
        (kernels + ["--for", "10m"], "--for goes with --profile unit:NAME."),
        (kernels + ["--settle", "25h"], "--settle is more than a day."),
    ])
    func `a trial that makes no sense is refused`(_ arguments: [String], _ sentence: String) {
        do {
            _ = try Syslat.parseAsRoot(["trial", "start", "-o", "/srv/trial"] + arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(Syslat.message(for: error) == sentence)
            #expect(Syslat.exitCode(for: error) == .validationFailure)
        }
    }
}
