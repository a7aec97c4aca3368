import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// More processes than descriptors.
    @Suite(.requiresBPF) struct ManyTargets {
        /// Runs a line of shell in which `$PIDS` are the ids of a hundred sleeping processes.
        private func run(_ line: String) throws -> ProgramRun {
            try shell(
                """
                for i in $(seq 100); do sleep 1000 >/dev/null 2>&1 & all="$all $!"; done
                PIDS=$(echo $all | tr ' ' ,); export PIDS
                \(line)
                status=$?; kill $all; exit $status
                """)
        }

        @Test func `processes that sleep are watched, however low the soft limit of descriptors is`() throws {
            let run = try run("(ulimit -Sn 64; exec \"$SYSLAT\" profile -d 10ms --format json -p $PIDS)")
            #expect(run.status == 0 && run.error == "", "\(run.error)")
            let report = try Report(json: run.output)
            #expect(report.capture.notes.filter { $0.contains("ended") } == [])
            #expect(Set(report.in_flight.map(\.pid)).count == 100)
        }

        @Test func `where the limit can't be raised the reason is told, and nobody is said to have ended`() throws {
            let run = try run("(ulimit -n 64; exec \"$SYSLAT\" profile -d 10ms -p $PIDS)")
            #expect(run.status == 1 && run.output == "")
            #expect(
                run.error.contains("can't be watched: too many open files. Raise the limit of this shell: ulimit -n 1124."),
                "\(run.error)")
            #expect(!run.error.contains("ended"))
        }
    }
}
