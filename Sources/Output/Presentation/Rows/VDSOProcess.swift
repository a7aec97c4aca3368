import SaturatingMath
import LatencyHistogram
package import Profile
import SyscallTable

/// One process and all that is known of the vDSO and it, gathered from a profile that has it by call.
package struct VDSOProcess {
    /// Its part of an entry.
    package struct Share {
        package var entry: VDSOEntry
        package var process: VDSOEntryProcess
    }

    package struct Function {
        package var name: String
        package var served: ServedEstimate?
        /// By falling total time.
        package var shares: [Share]

        package var totalNanoseconds: UInt64 { shares.reduce(0) { $0.addingSaturating($1.process.totalNanoseconds) } }
    }

    package var pid: Int32?
    package var comm: String
    /// By falling total time of the calls that entered the kernel, then by served calls.
    package private(set) var functions: [Function] = []
    package private(set) var vsyscalls: [VsyscallCount] = []

    /// The calls that entered the kernel as system calls.
    package var calls: UInt64 { functions.flatMap(\.shares).reduce(0) { $0.addingSaturating($1.process.calls) } }
    package var totalNanoseconds: UInt64 { functions.reduce(0) { $0.addingSaturating($1.totalNanoseconds) } }
    private var servedCalls: UInt64 { functions.reduce(0) { $0.addingSaturating($1.served?.calls ?? 0) } }

    private struct Key: Hashable {
        var pid: Int32?
        var comm: String
    }

    /// Every process that a part of the profile speaks of: the one that spent most time in the kernel first. Calls whose process
    /// is not known have a row of their own.
    package static func all(in vdso: VDSOProfile) -> [VDSOProcess] {
        var processes: [Key: VDSOProcess] = [:]
        func change(_ pid: Int32?, _ comm: String, _ body: (inout VDSOProcess) -> Void) {
            body(&processes[Key(pid: pid, comm: comm), default: VDSOProcess(pid: pid, comm: comm)])
        }
        for entry in vdso.entered {
            for process in entry.processes + [rest(of: entry)].compactMap({ $0 }) {
                change(process.pid, process.comm) { $0.add(Share(entry: entry, process: process)) }
            }
        }
        for estimate in vdso.served { change(estimate.pid, estimate.comm) { $0.add(estimate) } }
        for count in vdso.vsyscalls { change(count.pid, count.comm) { $0.vsyscalls.append(count) } }
        return processes.values.map(\.inOrder).sorted { first, second in
            let (left, right) = (first.weight, second.weight)
            return left == right
                ? (first.pid ?? .max, first.comm) < (second.pid ?? .max, second.comm) : right.lexicographicallyPrecedes(left)
        }
    }

    private var weight: [UInt64] { [totalNanoseconds, calls, servedCalls, vsyscallCalls] }
    private var vsyscallCalls: UInt64 { vsyscalls.reduce(0) { $0.addingSaturating($1.calls) } }

    /// The processes that are worth rows of their own: those with a hundredth or more of the time of all, of the served calls, or of the
    /// calls through the vsyscall page; and the others. On a whole system many processes do no more than start, and ask for a few random
    /// bytes.
    package static func telling(_ processes: [VDSOProcess]) -> (telling: [VDSOProcess], others: [VDSOProcess]) {
        func sum(_ figure: (VDSOProcess) -> UInt64) -> UInt64 { processes.reduce(0) { $0.addingSaturating(figure($1)) } }
        let (time, served, vsyscalls) = (sum(\.totalNanoseconds), sum(\.servedCalls), sum(\.vsyscallCalls))
        func matters(_ part: UInt64, of whole: UInt64) -> Bool { part > 0 && part >= whole / 100 }
        func isTelling(_ process: VDSOProcess) -> Bool {
            process.calls >= Threshold.fewestCalls && matters(process.totalNanoseconds, of: time)
                || matters(process.servedCalls, of: served) || matters(process.vsyscallCalls, of: vsyscalls)
        }
        let telling = processes.filter(isTelling)
        let others = processes.filter { !isTelling($0) }
        // If none stands out, the first says most; and a row for one process takes as much room as the process.
        if telling.isEmpty { return (Array(others.prefix(1)), Array(others.dropFirst())) }
        return others.count == 1 ? (telling + others, []) : (telling, others)
    }

    private static func rest(of entry: VDSOEntry) -> VDSOEntryProcess? {
        let calls = entry.processes.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
        guard calls < entry.distribution.count else { return nil }
        let total = entry.processes.reduce(UInt64(0)) { $0.addingSaturating($1.totalNanoseconds) }
        return VDSOEntryProcess(
            pid: nil, comm: "(unknown process)", calls: entry.distribution.count - calls,
            totalNanoseconds: entry.distribution.sum > total ? entry.distribution.sum - total : 0)
    }

    private mutating func add(_ share: Share) {
        let place = place(of: share.entry.function)
        functions[place].shares.append(share)
    }

    private mutating func add(_ estimate: ServedEstimate) {
        let place = place(of: estimate.function)
        functions[place].served = functions[place].served?.merged(with: estimate) ?? estimate
    }

    private mutating func place(of name: String) -> Int {
        if let known = functions.firstIndex(where: { $0.name == name }) { return known }
        functions.append(Function(name: name, served: nil, shares: []))
        return functions.count - 1
    }

    private var inOrder: VDSOProcess {
        var process = self
        for index in process.functions.indices {
            process.functions[index].shares.sort { $1.process.totalNanoseconds < $0.process.totalNanoseconds }
        }
        process.functions.sort {
            ($1.totalNanoseconds, $1.served?.calls ?? 0, $0.name) < ($0.totalNanoseconds, $0.served?.calls ?? 0, $1.name)
        }
        process.vsyscalls = process.vsyscalls.sorted(falling: \.calls, then: \.name)
        return process
    }
}
