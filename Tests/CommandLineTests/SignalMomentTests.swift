import CaptureSupport
import Foundation
import TestPrograms
import TestSupport
import Testing

extension CommandLineTests {
    /// A signal at any moment of a capture: syslat ends, and leaves a whole profile or nothing.
    @Suite(.requiresBPF) struct SignalMoments {
        private static let captures = [
            ["-d", "100ms", "-p", "self"], ["-d", "100ms", "--interval", "20ms", "-p", "self"], ["--", "sleep", "0.1"],
        ]

        /// How long a capture takes that nothing disturbs, in microseconds.
        private static func duration(_ arguments: [String]) throws -> Double {
            let scratch = try Scratch()
            let start = Date()
            let run = try syslat(["profile", "-o", scratch.path("p")] + arguments)
            try #require(run.status == 0, "\(run.error)")
            return Date().timeIntervalSince(start) * 1e6
        }

        @Test func `a signal at a random moment leaves a whole profile or nothing`() throws {
            var random = SeededGenerator.fromEnvironment()
            let all = Self.captures.map { $0.map { $0 == "self" ? "\(getpid())" : $0 } }
            let durations = try all.map(Self.duration)
            var saved = 0
            let count = rounds(Int(ProcessInfo.processInfo.environment["SYSLAT_SIGNAL_MOMENTS"] ?? "") ?? 60)
            for number in 0..<count {
                let (arguments, duration) = (all[number % all.count], durations[number % all.count])
                let signal = [SIGINT, SIGTERM].randomElement(using: &random) ?? SIGINT
                let moment = Double.random(in: 0...duration, using: &random)
                let scratch = try Scratch()
                let run = try ProgramRun.run([ProgramRun.syslat, "profile", "-o", scratch.path("p")] + arguments) { pid in
                    usleep(useconds_t(moment))
                    kill(pid, signal)
                }
                let what =
                    "\(arguments) after \(Int(moment)) µs of \(Int(duration)): status \(run.status), \(scratch.names), \(run.error)"
                guard scratch.names != [] else {
                    #expect(run.status == 128 + signal, "\(what)")
                    continue
                }
                saved += 1
                #expect(scratch.names == ["p"], "\(what)")
                #expect([0, 128 + signal].contains(run.status), "\(what)")
                let report = try Report(json: syslat(["report", "--format", "json", scratch.path("p")]).output)
                report.expectNothingLost()
            }
            #expect(
                saved > 0 && saved < count, "\(saved) of \(count): some signals come while the programs are loaded, others later")
        }
    }
}
