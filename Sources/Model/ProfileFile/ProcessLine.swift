import SaturatingMath
import LatencyHistogram
import Profile
import SyscallTable

/// One process: its totals in each series, and its distribution if it has one.
struct ProcessLine: Codable {
    var pid: Int32?
    var comm: String
    var series: [Totals]
    var distribution: SeriesLine.Distribution?

    struct Totals: Codable {
        var abi, name, outcome: String
        var number: Int32
        var failed: Bool
        var calls, total: UInt64

        enum CodingKeys: String, CodingKey {
            case total = "total_ns"
            case abi, name, outcome, number, failed, calls
        }
    }

    init(_ process: ProcessProfile) {
        (pid, comm) = (process.pid, process.comm)
        series = process.series.map {
            Totals(
                abi: $0.id.abi.name, name: $0.id.name, outcome: $0.outcome.name, number: $0.id.number, failed: $0.failed,
                calls: $0.calls, total: $0.totalNanoseconds)
        }
        distribution = process.distribution.map(SeriesLine.Distribution.init)
    }

    func decoded() throws(LineDefect) -> ProcessProfile {
        var totals: [ProcessSeries] = []
        for entry in series {
            totals.append(
                ProcessSeries(
                    id: try SyscallID(abiName: entry.abi, number: entry.number), outcome: try Outcome(lineName: entry.outcome),
                    failed: entry.failed, calls: entry.calls, totalNanoseconds: entry.total))
        }
        return ProcessProfile(pid: pid, comm: comm, series: totals, distribution: try distribution?.decoded())
    }
}

extension InFlightLine {
    func decoded() throws(LineDefect) -> InFlightCall {
        InFlightCall(
            pid: pid, tid: tid, comm: comm, id: try SyscallID(abiName: abi, number: number), ageNanoseconds: age,
            beganBefore: beganBefore ?? false)
    }
}

extension BalanceLine {
    func decoded() throws(LineDefect) -> Balance {
        var causes: [Balance.LossCause: UInt64] = [:]
        for (name, count) in lostByCause {
            // A cause that only a later version knows is a loss all the same.
            let cause = Balance.LossCause(rawValue: name) ?? .unaccounted
            causes[cause] = (causes[cause] ?? 0).addingSaturating(count)
        }
        return Balance(
            entered: entered, completed: completed, inFlight: inFlight, neverReturned: neverReturned, lostByCause: causes,
            beganBefore: beganBefore, newTaskReturns: newTaskReturns, refused: refused, overflowed: overflowed,
            unmeasured: unmeasured ?? 0)
    }
}
