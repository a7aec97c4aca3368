import CallSelection
package import SyscallTable

/// How values are read, by the one who knows how users write them.
package struct TriggerUnits: Sendable {
    /// Nanoseconds. Errors: a sentence.
    let duration: @Sendable (String) throws -> UInt64
    /// Digits with at most one point; nil for anything else.
    let number: @Sendable (Substring) -> Double?
    /// The share that a percentage stands for; nil for anything else.
    let share: @Sendable (Substring) -> Double?

    package init(
        duration: @escaping @Sendable (String) throws -> UInt64, number: @escaping @Sendable (Substring) -> Double?,
        share: @escaping @Sendable (Substring) -> Double?
    ) {
        self.duration = duration
        self.number = number
        self.share = share
    }
}

extension Trigger {
    /// No figure, selection and duration that make sense are longer.
    private static let longestText = 1000

    /// Reads `FIGURE(CALLS) > VALUE for DURATION`: the calls as in `-e`, and without `for` a single interval is enough.
    package init(parsing text: String, architecture: Architecture, units: TriggerUnits) throws(TriggerError) {
        guard text.utf8.count <= Trigger.longestText else {
            throw TriggerError(part: "", description: "this is longer than \(Trigger.longestText) bytes; shorten it")
        }
        var rest = text[...]
        figure = try Trigger.figure(rest.word { $0.isLetter || $0.isNumber || $0 == "_" })
        callsText = try Trigger.parenthesised(&rest)?.trimmed ?? ""
        calls = try Trigger.calls(callsText, of: figure, isGiven: rest.startIndex, in: text, architecture)
        comparison = try Trigger.comparison(rest.word { "<>=!~".contains($0) }, after: figure, before: rest)
        limit = try Trigger.limit(rest.word { !$0.isWhitespace }, of: figure, units)
        nanoseconds = try Trigger.duration(&rest, units)
        self.text = String(text.trimmed)
    }

    private static func figure(_ word: Substring) throws(TriggerError) -> Figure {
        if let figure = Figure(rawValue: String(word)) { return figure }
        let names = Figure.allCases.map(\.rawValue)
        let near = NearestNames.names(near: String(word), among: names)
        let remedy = near.isEmpty ? "the figures are \(list(names, "and"))" : "did you mean \(list(near, "or"))?"
        throw TriggerError(
            part: String(word),
            description: word.isEmpty
                ? "a figure must come first, as in p99(fsync) > 50ms; \(remedy)" : "there is no figure '\(word)'; \(remedy)")
    }

    /// What stands between parentheses; nil if there are none.
    private static func parenthesised(_ rest: inout Substring) throws(TriggerError) -> Substring? {
        rest = rest.drop(while: \.isWhitespace)
        guard rest.first == "(" else { return nil }
        guard let end = rest.firstIndex(of: ")") else {
            throw TriggerError(part: String(rest), description: "'\(rest)' has a '(' without a ')'; close it behind the calls")
        }
        defer { rest = rest[rest.index(after: end)...] }
        return rest[rest.index(after: rest.startIndex)..<end]
    }

    private static func calls(
        _ text: String, of figure: Figure, isGiven end: String.Index, in whole: String, _ architecture: Architecture
    ) throws(TriggerError) -> SyscallSelection? {
        let isGiven = whole[..<end].contains("(")
        switch (figure.scope, isGiven) {
        case (.all, true):
            throw TriggerError(part: text, description: "\(figure.rawValue) is of all calls together; write it without '(\(text))'")
        case (.calls, false):
            throw TriggerError(
                part: figure.rawValue,
                description: "\(figure.rawValue) needs a call; write \(figure.rawValue)(fsync), or \(figure.rawValue)(*) for all")
        case (.all, false), (.callsOrAll, false): return nil
        case (.calls, true), (.callsOrAll, true): break
        }
        do throws(SyscallSelectionError) { return try SyscallSelection(parsing: [text], architecture: architecture) } catch {
            throw TriggerError(part: error.item, description: error.description)
        }
    }

    private static func comparison(
        _ word: Substring, after figure: Figure, before rest: Substring
    ) throws(TriggerError) -> Comparison {
        if let comparison = Comparison(rawValue: String(word)) { return comparison }
        let known = list(Comparison.allCases.map { "'\($0.rawValue)'" }, "or")
        guard word.isEmpty else {
            throw TriggerError(part: String(word), description: "'\(word)' is not a comparison; write \(known)")
        }
        let there = rest.trimmed
        throw TriggerError(
            part: there,
            description: there.isEmpty
                ? "nothing is said of \(figure.rawValue); compare it, as in \(example(of: figure))"
                : "a comparison must stand before '\(there)'; write \(known)")
    }

    private static func limit(_ word: Substring, of figure: Figure, _ units: TriggerUnits) throws(TriggerError) -> Amount {
        func refused(_ needed: String) -> TriggerError {
            let what = word.isEmpty ? "there is no value" : "'\(word)' is not a value"
            return TriggerError(
                part: String(word), description: "\(what) of \(figure.rawValue), which is \(needed); write \(example(of: figure))")
        }
        if let share = units.share(word), share > 1, figure == .errors || figure == .blocked {
            throw TriggerError(part: String(word), description: "'\(word)' is more than all there is; write \(example(of: figure))")
        }
        switch figure {
        case .p50, .p90, .p99, .p999, .max, .oldest:
            guard !word.isEmpty else { throw refused("a duration") }
            return .nanoseconds(try duration(word, units))
        case .rate:
            guard let number = units.number(word.withoutSuffix("/s")) else { throw refused("a number of calls in each second") }
            return .perSecond(number)
        case .errors:
            if let share = units.share(word) { return .share(share) }
            guard let number = units.number(word.withoutSuffix("/s")) else {
                throw refused("a number of calls in each second, or a percentage of all")
            }
            return .perSecond(number)
        case .blocked:
            guard let share = units.share(word) else { throw refused("a percentage of the time") }
            return .share(share)
        case .lost, .inFlight:
            guard let count = UInt64(word) else { throw refused("a whole number of calls") }
            return .count(count)
        }
    }

    /// `for 10s`, or nothing.
    private static func duration(_ rest: inout Substring, _ units: TriggerUnits) throws(TriggerError) -> UInt64 {
        let there = rest.trimmed
        guard !there.isEmpty else { return 0 }
        let word = rest.word { !$0.isWhitespace }
        let length = rest.trimmed
        guard word == "for", !length.isEmpty else {
            throw TriggerError(part: there, description: "'\(there)' can't stand behind the value; write 'for 10s', or nothing")
        }
        return try duration(length[...], units)
    }

    private static func duration(_ word: Substring, _ units: TriggerUnits) throws(TriggerError) -> UInt64 {
        do { return try units.duration(String(word)) } catch { throw TriggerError(part: String(word), description: "\(error)") }
    }

    private static func example(of figure: Figure) -> String {
        switch figure {
        case .p50, .p90, .p99, .p999, .max: "\(figure.rawValue)(fsync) > 50ms"
        case .rate: "rate(openat) > 1000"
        case .errors: "errors(openat) > 100, or errors(openat) > 5%"
        case .blocked: "blocked(read) > 90%"
        case .lost: "lost > 0"
        case .inFlight: "in_flight > 500"
        case .oldest: "oldest > 5s"
        }
    }

    /// "a", "a or b", "a, b or c".
    private static func list(_ words: [String], _ conjunction: String) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}

extension Substring {
    /// Takes the first word away: what satisfies `isPart`, behind blanks.
    fileprivate mutating func word(_ isPart: (Character) -> Bool) -> Substring {
        self = drop(while: \.isWhitespace)
        let word = prefix(while: isPart)
        self = self[word.endIndex...]
        return word
    }

    fileprivate func withoutSuffix(_ suffix: String) -> Substring { hasSuffix(suffix) ? dropLast(suffix.count) : self }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
