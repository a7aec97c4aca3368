import Exports
import ReportFixtures

extension Fixtures {
    static let servingProcess = ServingProcess(
        cpuNanoseconds: 1_234_567_890, startedAtNanoseconds: start - 5_000_000_000, residentBytes: 30_000_000,
        virtualBytes: 90_000_000,
        openFiles: 42, mostFiles: 1024, threads: 2)
}
