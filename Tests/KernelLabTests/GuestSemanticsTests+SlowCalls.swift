import Foundation
import KernelLab
import KernelLabSupport
import Probes
import Testing

/// The slowest calls of a program that plants them.
extension GuestSemanticsTests {
    private struct SlowReport: Decodable {
        struct Call: Decodable {
            struct File: Decodable { let name: String? }
            struct Frame: Decodable { let function: String? }
            let name: String
            let descriptors: [File]?
            let user_stack: [Frame]?
            let kernel_stack: [Frame]?
        }
        struct Slow: Decodable {
            let calls: [Call]
            let unkept: Int
        }
        let slow_calls: Slow
    }

    func slowJobs(_ kernel: DebianKernel) -> [GuestJob] {
        Self.sets(kernel).map { set in
            GuestJob(
                ["/syslat", "profile", "--format", "json", "--slowest", "3", "--stacks", "all"] + set.options + [
                    "--", "/slow_reads.static", "/",
                ],
                name: "slow \(set)")
        }
    }

    /// Planted are reads of 180, 150 and 120 ms among quicker ones. The files come from the kernel's own structures, which differ from
    /// kernel to kernel, and the functions by the build-id that the kernel finds in the program.
    func checkSlowCalls(_ run: GuestRun, _ kernel: DebianKernel) throws {
        for set in Self.sets(kernel) {
            let result = try #require(run["slow \(set)"])
            try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
            // The program's own lines come first.
            let report = result.outputText.drop { $0 != "{" }
            let slow = try JSONDecoder().decode(SlowReport.self, from: Data(report.utf8)).slow_calls
            #expect(slow.unkept == 0, "\(result.name)")
            let reads = slow.calls.filter { $0.name == "read" }
            #expect(reads.map { $0.descriptors?.first?.name } == ["/two", "/one", "/two"], "\(result.name)")
            let sleeps = reads.map { $0.kernel_stack?.first?.function ?? "" }
            #expect(sleeps.count == 3 && sleeps.allSatisfy { $0.contains("pipe_read") }, "\(result.name): \(sleeps)")
            // Where perf events call the programs, those of the raw set have no context to take a stack from.
            guard set != .raw || kernel != .newest else { continue }
            #expect(
                reads.map { $0.user_stack?.first?.function } == ["read_alpha", "read_gamma", "read_beta"], "\(result.name)")
        }
    }
}
