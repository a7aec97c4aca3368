import SaturatingMath

extension SlowCalls {
    /// The calls of two captures. Of two rules both hold, because what only one of them keeps is known of one capture only.
    package func merged(with other: SlowCalls) -> SlowCalls {
        SlowCalls(
            rule: rule.stricter(with: other.rule), filter: filter == other.filter ? filter : SlowCallFilter(),
            calls: (calls + other.calls).filter { rule.admits($0) && other.rule.admits($0) },
            unkept: unkept.addingSaturating(other.unkept))
    }
}

extension SlowCalls.Rule {
    /// Whether it may keep a call; how many others are slower is another question.
    func admits(_ call: SlowCall) -> Bool {
        switch self {
        case .slowest: true
        case .slower(let thresholds): thresholds.nanoseconds(of: call.id).map { call.durationNanoseconds >= $0 } ?? false
        }
    }

    /// The rule that keeps what both keep. Beside a number of calls, thresholds go unsaid.
    fileprivate func stricter(with other: Self) -> Self {
        switch (self, other) {
        case (.slowest(let first), .slowest(let second)): .slowest(min(first, second))
        case (.slowest, .slower): self
        case (.slower, .slowest): other
        case (.slower(let first), .slower(let second)): .slower(first.higher(second))
        }
    }
}

extension [SlowThreshold] {
    /// The thresholds of what is slow by both.
    fileprivate func higher(_ others: [SlowThreshold]) -> [SlowThreshold] {
        Set((self + others).map(\.call)).compactMap { name in
            guard let mine = nanoseconds(of: name), let other = others.nanoseconds(of: name) else { return nil }
            return SlowThreshold(call: name, nanoseconds: Swift.max(mine, other))
        }
    }
}

extension Profile {
    /// The slow calls of both, with a warning where that isn't all that each of them has, or one of them has none.
    func slowCalls(with other: Profile, warnings: inout [String]) -> SlowCalls? {
        func warn(_ sentence: String) {
            if !warnings.contains(sentence) { warnings.append(sentence) }
        }
        guard let mine = slowCalls, let theirs = other.slowCalls else {
            let one = slowCalls ?? other.slowCalls
            if one?.calls.isEmpty == false {
                warn("Only some of the profiles kept slow calls: the slow calls that are listed are from those alone.")
            }
            return one
        }
        if mine.rule != theirs.rule {
            warn("The profiles kept slow calls by different rules: those that every rule keeps are listed.")
        }
        if mine.filter != theirs.filter {
            warn("The profiles kept slow calls of different processes, threads or errors: those of all are listed.")
        }
        return mine.merged(with: theirs)
    }
}
