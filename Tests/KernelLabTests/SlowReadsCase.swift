import Foundation
import KernelLab
import Probes
import Testing

/// The slowest calls of a program that plants slow reads among quick ones, and says how long each took.
enum SlowReadsCase {
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

    static let fixture = "slow_reads.static"

    static func job(_ set: ProgramSet, timeLimit: Duration = .seconds(60)) -> GuestJob {
        GuestJob(
            ["/syslat", "profile", "--format", "json", "--slowest", "3", "--stacks", "all"] + set.options + [
                "--", "/\(fixture)", "", "-",
            ],
            name: "slow \(set)", timeLimit: timeLimit)
    }

    /// The files come from the kernel's own structures, which differ from kernel to kernel, and the functions by the build-id that the kernel
    /// finds in the program.
    /// - Parameter hasUserStacks: false where perf events call the raw set, whose programs then have no context to take a stack from.
    static func check(_ result: GuestResult, hasUserStacks: Bool) throws {
        try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
        let begin = result.outputText.firstIndex(of: "{") ?? result.outputText.endIndex
        let account = result.outputText[..<begin].split(separator: "\n").map { $0.split(separator: " ") }
        try #require(account.count == 5 && account.allSatisfy { $0.count == 4 }, "\(account)")
        // Planted are 180, 150, 120, 90 and 60 ms, to which a busy machine may add some.
        let planted = account.sorted { Int($0[3]) ?? 0 > Int($1[3]) ?? 0 }.prefix(3)
        let slow = try JSONDecoder().decode(SlowReport.self, from: Data(result.outputText[begin...].utf8)).slow_calls
        #expect(slow.unkept == 0, "\(result.name)")
        let reads = slow.calls.filter { $0.name == "read" }
        #expect(reads.map { $0.descriptors?.first?.name } == planted.map { String($0[2]) }, "\(result.name)")
        let sleeps = reads.map { $0.kernel_stack?.first?.function ?? "" }
        #expect(sleeps.count == 3 && sleeps.allSatisfy { $0.contains("pipe_read") }, "\(result.name): \(sleeps)")
        guard hasUserStacks else { return }
        #expect(reads.map { $0.user_stack?.first?.function } == planted.map { String($0[0]) }, "\(result.name)")
    }
}
