import PlainText
import SyscallTable
package import Profile

extension SlowCalls.Rule {
    /// Which calls were kept, as a title: `Slowest calls (up to 3 of each system call)`, `Calls of 10.0 ms or more`.
    fileprivate var title: String {
        switch self {
        case .slowest(let count): return "Slowest calls (up to \(HumanFormat.count(UInt64(max(0, count)))) of each system call)"
        case .slower(let thresholds):
            let named = thresholds.filter { $0.call != nil }
            let others = thresholds.first { $0.call == nil }.map { HumanFormat.duration(nanoseconds: $0.nanoseconds) }
            guard !named.isEmpty else { return others.map { "Calls of \($0) or more" } ?? "Slow calls" }
            let parts = named.map { "\(PlainText.line($0.call ?? "")) \(HumanFormat.duration(nanoseconds: $0.nanoseconds))" }
            return "Slow calls (\((parts + (others.map { ["others \($0)"] } ?? [])).joined(separator: ", ")) or more)"
        }
    }
}

extension SlowCallFilter {
    /// Which calls were kept, to come behind a title: `of nginx*, with EAGAIN`; nil if all were.
    fileprivate var phrase: String? {
        func list(_ parts: [String]) -> String { parts.joined(separator: ", ") }
        let parts: [String?] = [
            comm.map { "of \(PlainText.line($0))" },
            tids.isEmpty ? nil : "of thread\(tids.count == 1 ? "" : "s") \(list(tids.map { String($0) }))",
            errnos.isEmpty ? nil : "with \(list(errnos.map(ErrnoTable.name)))",
            leastNanoseconds.map { "of \(HumanFormat.duration(nanoseconds: $0)) or more" },
        ]
        let said = parts.compactMap { $0 }
        return said.isEmpty ? nil : said.joined(separator: ", ")
    }
}

extension SlowCalls {
    /// Which calls were kept, as a title.
    package var title: String { filter.phrase.map { "\(rule.title), only \($0)" } ?? rule.title }

    /// That calls are missing; nil if none is.
    package var missing: String? {
        guard unkept > 0 else { return nil }
        let had =
            unkept == 1
            ? "call is not listed: there was no room for its details. It is"
            : "calls are not listed: there was no room for their details. They are"
        return "\(HumanFormat.count(unkept)) slow \(had) in all other figures."
    }

    /// Why stacks are short; nil if none looks short.
    package var shortStacks: String? {
        let stacks = calls.map(\.details.userStack).filter { !$0.isEmpty }
        let cut = stacks.count(where: StackShape.isLikelyCut)
        guard cut > 0 else { return nil }
        let whose =
            cut < stacks.count
            ? "The stacks of \(HumanFormat.count(UInt64(cut))) of \(HumanFormat.count(UInt64(stacks.count))) calls end"
            : cut == 1 ? "The stack of the call ends" : "The stacks of all \(HumanFormat.count(UInt64(cut))) calls end"
        return "\(whose) early: code without frame pointers hides what called it (-fno-omit-frame-pointer)."
    }

    /// That functions may be missing inside stacks that look whole; nil if no stack goes from one file into another by frame pointers.
    package var missingCallers: String? {
        let crosses = calls.contains { call in
            let stack = call.details.userStack.prefix(2)
            let files = stack.compactMap(\.file)
            return files.count == 2 && files[0] != files[1] && !stack.contains(where: \.isDirectCaller)
        }
        guard crosses else { return nil }
        return
            "A C library without frame pointers hides the function that called it: where a stack goes from the library to the program, one function "
            + "may be missing in between."
    }
}
