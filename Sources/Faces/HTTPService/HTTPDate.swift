import Glibc

/// The time as HTTP writes it: `Sun, 29 Nov 2026 11:37:02 GMT` (RFC 9110, section 5.6.7).
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static var now: String { text(secondsSince1970: max(0, time(nil))) }

    /// From 1970 on.
    static func text(secondsSince1970 seconds: Int) -> String {
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86400)
        // Years that begin in March have their leap day at the end; four centuries of them have as many days each.
        let shifted = day + 719_468
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = yearOfEra + shifted / 146_097 * 400 + (month >= 10 ? 1 : 0)
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        let date = [two(dayOfYear - (153 * month + 2) / 5 + 1), months[(month + 2) % 12], String(year)].joined(separator: " ")
        return "\(days[day % 7]), \(date) \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) GMT"
    }
}
