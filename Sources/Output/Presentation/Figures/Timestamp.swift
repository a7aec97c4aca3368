/// Points in time, written without the help of Foundation's formatters: those would add megabytes to the binary.
package enum Timestamp {
    /// RFC 3339 in UTC with nanoseconds: `2026-03-01T12:34:56.000000789Z`.
    package static func rfc3339(nanosecondsSince1970 time: UInt64) -> String {
        let (seconds, fraction) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
        return "\(date(seconds))T\(timeOfDay(seconds)).\(digits(fraction, 9))Z"
    }

    /// To the second, for people: `2026-03-01 12:34:56 UTC`.
    package static func readable(nanosecondsSince1970 time: UInt64) -> String {
        let seconds = time / 1_000_000_000
        return "\(date(seconds)) \(timeOfDay(seconds)) UTC"
    }

    /// The time of day in UTC, with up to nine decimals, cut and not rounded: `12:34:56.78`.
    package static func timeOfDay(nanosecondsSince1970 time: UInt64, decimals: Int = 2) -> String {
        let (seconds, fraction) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
        return "\(timeOfDay(seconds)).\(digits(fraction, 9).prefix(decimals))"
    }

    /// The proleptic Gregorian date. Years are counted from 1 March, which makes the leap day the last day of a year.
    private static func date(_ seconds: UInt64) -> String {
        let daysIn400Years: UInt64 = 146_097
        // 719 468 days lie between 0000-03-01 and 1970-01-01.
        let (era, day) = (seconds / 86_400 + 719_468).quotientAndRemainder(dividingBy: daysIn400Years)
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        // Months from March have 31, 30, 31, 30, 31 days, again and again: 153 days in five of them.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return "\(digits(era * 400 + year + (month <= 2 ? 1 : 0), 4))-\(digits(month, 2))-\(digits(dayOfMonth, 2))"
    }

    private static func timeOfDay(_ seconds: UInt64) -> String {
        let second = seconds % 86_400
        return "\(digits(second / 3600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
    }

    private static func digits(_ value: UInt64, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
