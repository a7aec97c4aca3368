import Glibc
import Linux

/// A process that was named where a file of `syslat profile` belongs: `syslat top redis-server`.
enum MistakenProcess {
    /// A process as far as its name goes.
    struct Candidate {
        var pid: Int32
        /// The name that the kernel has.
        var comm: String
        /// Its first argument, or what it has put there.
        var title: String?

        /// The kernel keeps 15 bytes of a name. Servers put more behind it in their titles: `redis-server *:6379`.
        func isNamed(_ name: String) -> Bool {
            let program = title?.prefix { $0 != " " && $0 != ":" }
            let base = program.map { $0[($0.lastIndex(of: "/").map($0.index(after:)) ?? $0.startIndex)...] }
            return comm.utf8.elementsEqual(name.utf8.prefix(15)) || base.map { $0 == name } ?? false
        }
    }

    /// More are counted and not listed.
    private static let mostListed = 5

    /// What to say of an operand that is no file; nil if it is one, or looks like one.
    /// - Parameter watching: whether a process would be watched (`top`) or profiled.
    static func error(_ operand: String, watching: Bool) -> CommandError? {
        guard operand != Output.standardStream, !ProcFS.mayAccess(operand, F_OK), errno == ENOENT else { return nil }
        let own = getpid()
        let candidates = ProcFS.names(in: "/proc").compactMap { Int32($0) }.filter { $0 != own }.sorted().compactMap { pid in
            ProcFS.comm(of: pid).map { Candidate(pid: pid, comm: $0, title: ProcFS.title(of: pid)) }
        }
        return sentence(operand, among: candidates, watching: watching).map { CommandError($0, status: .badInput) }
    }

    /// The same for processes that are known.
    static func sentence(_ operand: String, among processes: [Candidate], watching: Bool) -> String? {
        func command(_ pids: [Int32]) -> String {
            "`syslat \(watching ? "top" : "profile") -p \(pids.map(String.init).joined(separator: ","))`"
        }
        let verb = watching ? "watches" : "profiles"
        if let pid = Int32(operand), let process = processes.first(where: { $0.pid == pid }) {
            return "There is no file \(operand), but process \(pid) is \(process.comm): \(command([pid])) \(verb) it."
        }
        let pids = operand.isEmpty ? [] : processes.filter { $0.isNamed(operand) }.map(\.pid)
        switch pids.count {
        case 0:
            guard watching, !operand.contains("/"), !operand.contains(".syslat") else { return nil }
            return "There is no file \(operand), and no process of that name. `syslat top -p PID` watches a process, and "
                + "`syslat top -a` all of them."
        case 1: return "There is no file \(operand), but process \(pids[0]) has that name: \(command(pids)) \(verb) it."
        case 2...mostListed:
            return "There is no file \(operand), but \(pids.count) processes have that name: \(command(pids)) \(verb) them."
        default:
            return "There is no file \(operand), but \(pids.count) processes have that name: "
                + "\(command(Array(pids.prefix(mostListed)))) \(verb) the first \(mostListed) of them."
        }
    }
}
