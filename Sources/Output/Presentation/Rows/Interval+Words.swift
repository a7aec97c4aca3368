import PlainText
package import Profile
import SaturatingMath
import SyscallTable

extension Interval {
    /// `12:34:56.78 UTC  0.00 – 1.00 s`
    package var title: String { timeOfDay.map { "\($0) UTC  \(span)" } ?? span }

    /// When it began, in UTC: `12:34:56.78`; nil where that isn't known.
    var timeOfDay: String? { startedAtNanoseconds.map { Timestamp.timeOfDay(nanosecondsSince1970: $0) } }

    /// From where to where it lasted, from the start of the capture.
    var span: String {
        let end = startNanoseconds.addingSaturating(durationNanoseconds)
        return "\(Interval.seconds(startNanoseconds)) – \(Interval.seconds(end)) s"
    }

    /// With two decimals: rows below each other are compared at a glance.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let hundredths = nanoseconds / 10_000_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension CallsInFlight {
    /// The call that had been doing something for the longest time, and how many more there were: `read 12.3 s, 3 more`. If all of them
    /// were waits of threads that may just have no work, the oldest of these. nil of none.
    package func summary(on host: Host) -> String? {
        let count = UInt64(calls.count).addingSaturating(omitted)
        guard let first = calls.byUrgency(\.id, age: \.ageNanoseconds).first else { return nil }
        let age = (first.beganBefore ? "≥ " : "") + HumanFormat.duration(nanoseconds: first.ageNanoseconds)
        return "\(PlainText.line(first.id.label(on: host))) \(age)"
            + (count > 1 ? ", \(HumanFormat.count(count - 1)) more" : "")
    }
}
