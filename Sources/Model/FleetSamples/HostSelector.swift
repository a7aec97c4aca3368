/// Which hosts of a fleet stand on one side, and up to when: `kernel_release=~"6.1.*"@-7d`.
///
/// The selector is of `syslat_host_info`: its own labels (kernel_release, arch, boot_id, cpu_model, clocksource) and those that the server gave
/// its target.
package struct HostSelector: Sendable, Hashable {
    package enum Moment: Sendable, Hashable {
        case now
        /// Seconds before the server's now.
        case ago(Double)
        /// Seconds since 1970.
        case at(Double)

        package func seconds(now: Double) -> Double {
            switch self {
            case .now: now
            case .ago(let seconds): now - seconds
            case .at(let seconds): seconds
            }
        }
    }

    /// Without braces: `job="web",kernel_release=~"6.1.*"`. Empty for all hosts.
    package let matchers: String
    package let moment: Moment

    package init(matchers: String, moment: Moment) { (self.matchers, self.moment) = (matchers, moment) }

    /// - Throws: ``FleetError`` with what is wrong about the text, and an example.
    package init(_ text: String) throws(FleetError) {
        let (selector, time) = HostSelector.parts(of: text)
        var matchers = HostSelector.trimmed(selector[...])
        if matchers.first == "{", matchers.last == "}" { matchers = HostSelector.trimmed(matchers.dropFirst().dropLast()) }
        var reader = MatcherReader(matchers)
        guard reader.readAll() else {
            throw FleetError(
                "'\(text)' doesn't select hosts. Write labels of syslat_host_info as PromQL has them, and a time after @ if it isn't now: "
                    + "'kernel_release=~\"6.1.*\",job=\"web\"@-7d'.")
        }
        self.matchers = String(matchers)
        moment = if let time { try Moment(time) } else { .now }
    }

    /// What is before the first @ outside of quotes, and what is after it.
    private static func parts(of text: String) -> (String, String?) {
        var quote: Character?
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
            } else if let open = quote {
                if character == "\\", open != "`" { isEscaped = true }
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" || character == "`" {
                quote = character
            } else if character == "@" {
                return (String(text[..<index]), String(text[text.index(after: index)...]))
            }
        }
        return (text, nil)
    }

    fileprivate static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Checks label matchers: what PromQL would refuse is refused here, with a better sentence.
private struct MatcherReader {
    private var rest: Substring

    init(_ text: Substring) { rest = text }

    mutating func readAll() -> Bool {
        if rest.isEmpty { return true }
        while true {
            guard readMatcher() else { return false }
            skipSpaces()
            if rest.isEmpty { return true }
            guard rest.removeFirst() == "," else { return false }
            skipSpaces()
            // PromQL allows a comma at the end.
            if rest.isEmpty { return true }
        }
    }

    private mutating func readMatcher() -> Bool {
        skipSpaces()
        let name = rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        guard let first = name.first, !first.isNumber, name != "__name__" else { return false }
        rest = rest.dropFirst(name.count)
        skipSpaces()
        guard let sign = ["=~", "!~", "!=", "="].first(where: { rest.hasPrefix($0) }) else { return false }
        rest = rest.dropFirst(sign.count)
        skipSpaces()
        guard let quote = rest.first, quote == "\"" || quote == "'" || quote == "`" else { return false }
        rest.removeFirst()
        var isEscaped = false
        while let character = rest.popFirst() {
            if isEscaped {
                isEscaped = false
            } else if character == "\\", quote != "`" {
                isEscaped = true
            } else if character == quote {
                return true
            }
        }
        return false
    }

    private mutating func skipSpaces() { while rest.first == " " { rest.removeFirst() } }
}

extension HostSelector.Moment {
    /// `-7d`, `1764450000`, `2026-11-20T10:00:00Z`.
    package init(_ text: String) throws(FleetError) {
        if text == "now" {
            self = .now
        } else if text.hasPrefix("-"), let seconds = Self.span(text.dropFirst()) {
            self = .ago(seconds)
        } else if let seconds = Self.number(text[...]) {
            self = .at(seconds)
        } else if let seconds = CalendarTime.seconds(of: text) {
            self = .at(seconds)
        } else {
            throw FleetError(
                "'\(text)' is not a time. Write how long ago (@-7d, @-90m), seconds since 1970 (@1764450000), or a date and time "
                    + "(@2026-11-20T10:00:00Z).")
        }
    }

    private static func number(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.allSatisfy({ $0 == "." || ($0.isASCII && $0.isNumber) }), let value = Double(text), value < 1e11
        else { return nil }
        return value
    }

    private static func span(_ text: Substring) -> Double? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let value = number(text.dropLast()), value * unit < 1e10 else {
            return nil
        }
        return value * unit
    }
}

/// Dates and times of RFC 3339.
package enum CalendarTime {
    /// Seconds since 1970; nil of what is no time. The time of day may be left out, but not the zone after it: `Z` or `+02:00`.
    package static func seconds(of text: String) -> Double? {
        var bytes = Array(text.utf8)[...]
        func number(_ digits: Int) -> Int? {
            guard bytes.count >= digits, bytes.prefix(digits).allSatisfy({ (48...57).contains($0) }) else { return nil }
            let value = bytes.prefix(digits).reduce(0) { $0 * 10 + Int($1) - 48 }
            bytes = bytes.dropFirst(digits)
            return value
        }
        func take(_ character: Character) -> Bool {
            guard let first = bytes.first, first == character.asciiValue else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2), year >= 1970,
            (1...12).contains(month), (1...length(of: month, in: year)).contains(day)
        else { return nil }
        let date = Double(days(year, month, day)) * 86400
        if bytes.isEmpty { return date }
        guard take("T") || take(" "), let hour = number(2), take(":"), let minute = number(2), hour < 24, minute < 60 else {
            return nil
        }
        var second = 0
        if take(":") {
            guard let seconds = number(2), seconds < 60 else { return nil }
            second = seconds
        }
        guard let zone = zone(&bytes) else { return nil }
        return date + Double(hour * 3600 + minute * 60 + second - zone)
    }

    /// Seconds east of Greenwich; nil of what is no zone.
    private static func zone(_ bytes: inout ArraySlice<UInt8>) -> Int? {
        let text = Array(bytes)
        if text == [UInt8(ascii: "Z")] { return 0 }
        guard text.count == 6, text[3] == UInt8(ascii: ":"), text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
            [1, 2, 4, 5].allSatisfy({ (48...57).contains(text[$0]) })
        else { return nil }
        func two(_ place: Int) -> Int { Int(text[place] - 48) * 10 + Int(text[place + 1] - 48) }
        guard two(1) < 24, two(4) < 60 else { return nil }
        return (two(1) * 3600 + two(4) * 60) * (text[0] == UInt8(ascii: "-") ? -1 : 1)
    }

    /// `2026-11-20 10:00:00 UTC`.
    package static func text(ofSeconds seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 2e11 else { return "an impossible time" }
        let whole = Int(seconds)
        let (day, rest) = (whole / 86400, whole % 86400)
        var (year, left) = (1970, day)
        while left >= (isLeap(year) ? 366 : 365) {
            left -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while left >= length(of: month, in: year) {
            left -= length(of: month, in: year)
            month += 1
        }
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(year)-\(two(month))-\(two(left + 1)) \(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)) UTC"
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func length(of month: Int, in year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = (1970..<year).reduce(0) { $0 + (isLeap($1) ? 366 : 365) }
        return years + (1..<month).reduce(0) { $0 + length(of: $1, in: year) } + day - 1
    }
}
