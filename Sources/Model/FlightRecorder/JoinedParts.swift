package import Profile
import SaturatingMath

extension Profile {
    /// How far the clocks of two parts may be apart: an interval ends where the next one begins, but the times of day are adjusted meanwhile.
    private static let mostBetweenParts: UInt64 = 100_000_000

    /// Whether `next` is the part of the same capture that began when this one ended, as a recorder's next segment is.
    package func isContinued(by next: Profile) -> Bool {
        guard !intervals.isEmpty, !next.intervals.isEmpty, host.bootID == next.host.bootID,
            capture.scope == next.capture.scope, capture.selection == next.capture.selection,
            capture.command == next.capture.command
        else { return false }
        let end = capture.startedAtNanoseconds.addingSaturating(capture.durationNanoseconds)
        let start = next.capture.startedAtNanoseconds
        return max(start, end) - min(start, end) <= Profile.mostBetweenParts
    }
}

extension [Profile] {
    /// Profiles as one. Parts of one capture, one behind the other, are one time series, in which a call that was in flight at a seam counts once;
    /// other profiles are added up, and have no time series together. nil if there is none.
    package func joined() -> Profile? {
        var captures: [Profile] = []
        var last: Profile?
        for part in self {
            if let before = last, before.isContinued(by: part), var whole = captures.popLast() {
                let offset = whole.capture.durationNanoseconds
                let intervals = part.intervals.map { interval in
                    var interval = interval
                    interval.startNanoseconds = interval.startNanoseconds.addingSaturating(offset)
                    return interval
                }
                let earlier = whole.intervals
                whole = whole.continued(by: part)
                whole.intervals = earlier + intervals
                captures.append(whole)
            } else {
                captures.append(part)
            }
            last = part
        }
        return captures.dropFirst().reduce(captures.first) { $0?.merged(with: $1) }
    }
}
