import CaptureSupport
import KernelLab
import KernelLabSupport
import Testing

/// Machines with one CPU, and with more than a test has itself.
@Suite(.requiresKernels) struct CPUCountTests {
    /// One kernel for each kind of hooks.
    private static let boots: [(DebianKernel, Int)] =
        [(.linux6_12, 1)] + (DebianKernel.reachable.contains(.newest) ? [(.newest, 64)] : [(.linux6_12, 64)])

    @Test(arguments: boots)
    func `every call is counted with one CPU and with 64`(_ kernel: DebianKernel, _ cpus: Int) throws {
        var options = BootOptions()
        (options.processors, options.memory) = (cpus, 512 + 40 * cpus)
        let commands = [["/each_cpu.static", "50", "5"], ["/crowd.static", "64", "300"]]
        let run = try kernel.boot(
            commands.map {
                GuestJob(["/syslat", "profile", "--format", "json", "--"] + $0, name: $0[0], timeLimit: .seconds(300))
            },
            files: try commands.map { GuestFile($0[0], .copy(of: try Fixture(String($0[0].dropFirst())).path)) }, options: options)
        let expected: [UInt64] = [UInt64(50 * 5 * cpus), 64 * 300]
        for (command, calls) in zip(commands, expected) {
            let result = try #require(run[command[0]])
            try #require(result.isSuccess, "\(result.endingText): \(result.errorText)")
            let report = try Report(json: result.outputText)
            #expect(report.calls("getppid") == calls)
            report.expectNothingLost()
        }
    }
}
