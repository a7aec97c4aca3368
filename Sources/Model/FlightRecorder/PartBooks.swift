package import Profile
import SaturatingMath
import SyscallTable

/// Divides a capture into parts whose calls add up to those of the whole: the books of each part are closed when it ends.
package struct PartBooks: Sendable {
    private var calls = Account()
    private var requests = Account()
    /// The capture at the end of the last part, without its calls.
    private var earlier: Profile?

    /// Calls, or requests to io_uring.
    private struct Account: Sendable {
        /// What the last part has left: calls in flight, and those that were not taken in yet.
        var carried: UInt64 = 0
        /// Of this part.
        var completed: UInt64 = 0

        mutating func close(_ now: Balance, since earlier: Balance?, isLast: Bool) -> Balance {
            let part = now.part(since: earlier, carried: carried, completed: completed, isLast: isLast)
            carried = part.carried
            completed = 0
            return part.balance
        }
    }

    package init() {}

    /// Counts the calls of an interval, whatever becomes of its lines.
    package mutating func count(_ interval: Interval) {
        for call in interval.calls {
            if call.id.abi == .ioUring {
                requests.completed = requests.completed.addingSaturating(call.calls)
            } else {
                calls.completed = calls.completed.addingSaturating(call.calls)
            }
        }
    }

    /// Ends a part.
    /// - Parameters:
    ///   - now: the capture as it is now, later than the last interval of the part.
    ///   - startedAt: when the part began, in nanoseconds since 1970.
    /// - Returns: the profile of the part without its intervals.
    package mutating func close(_ now: Profile, startedAt: UInt64, durationNanoseconds: UInt64, isLast: Bool = false) -> Profile {
        var part = now.part(since: earlier)
        part.balance = calls.close(now.balance, since: earlier?.balance, isLast: isLast)
        part.requests = now.requests.map { requests.close($0, since: earlier?.requests, isLast: isLast) }
        part.capture.startedAtNanoseconds = startedAt
        part.capture.durationNanoseconds = durationNanoseconds
        var kept = now
        (kept.calls, kept.intervals, kept.vdso, kept.slowCalls, kept.inFlight) = ([], [], nil, nil, [])
        earlier = kept
        return part
    }
}

extension Interval {
    /// How many calls in flight a segment keeps of each interval. More would take more room than all calls that completed.
    package static let inFlightInSegment = 32

    /// The interval as a segment has it: counted from the segment's beginning, with the calls in flight that do something.
    package func inSegment(startingAt start: UInt64) -> Interval {
        var interval = self
        interval.startNanoseconds -= min(start, startNanoseconds)
        guard let inFlight else { return interval }
        let kept = Array(inFlight.calls.lazy.filter { !$0.id.isIdleWait }.prefix(Interval.inFlightInSegment))
        let others = UInt64(inFlight.calls.count - kept.count)
        interval.inFlight = CallsInFlight(calls: kept, omitted: inFlight.omitted.addingSaturating(others))
        return interval
    }
}
