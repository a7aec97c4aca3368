import CaptureSupport
import Foundation
import Testing

/// A program that makes calls as fast as it can, on every CPU, and counts them itself.
final class BusyCalls {
    /// How often a call was begun, and how often it returned.
    struct Count: Equatable {
        var begun: UInt64 = 0
        var done: UInt64 = 0
    }

    static let threads = sysconf(Int32(_SC_NPROCESSORS_ONLN))

    private let scratch = try? Scratch()
    private let program: WaitingProgram

    /// - Parameters:
    ///   - seconds: after how long the program ends by itself; nil if it waits for ``end()``.
    ///   - isFIFO: whether the program leaves almost nothing of the CPUs to others.
    init(seconds: Int? = nil, isFIFO: Bool = false) throws {
        let file = try #require(scratch).path("counts")
        program = try WaitingProgram(
            Fixture.command("busy_calls", file, "\(BusyCalls.threads)", "\(seconds ?? 0)", isFIFO ? "fifo" : "other"))
    }

    var pid: Int32 { program.pid }

    /// Lets the program begin, and waits until it has made `calls` calls.
    func begin(andMake calls: UInt64 = 1) throws {
        program.release()
        try wait(for: calls)
    }

    /// Waits until the program has made `calls` calls altogether.
    func wait(for calls: UInt64) throws {
        try #require(eventually { total >= calls }, "it has not made \(calls) calls")
    }

    /// Tells the program to end, which it does after the calls it has planned.
    func end() { program.release() }

    /// Waits until the program has ended. Returns its status; nil if it runs on.
    @discardableResult
    func wait() -> Int32? { program.wait() }

    func kill() { program.signal(SIGKILL) }

    /// What the program has counted so far. Every thread makes both calls.
    var getppid: Count { sum(0) }
    var write: Count { sum(2) }
    /// The calls that have returned.
    var total: UInt64 { getppid.done + write.done }

    /// The program's counters are in memory that it shares with the file.
    private func sum(_ first: Int) -> Count {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: scratch?.path("counts") ?? "")) else { return Count() }
        let words = data.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
        var count = Count()
        for thread in stride(from: 0, to: words.count, by: 4) {
            count.begun += words[thread + first]
            count.done += words[thread + first + 1]
        }
        return count
    }
}
