import SyscallTable
import LatencyHistogram
package import Profile

/// How far the figures can be trusted: the floor, what the capture itself cost, and the balance.
package enum Notes {
    /// A sentence each, in the order of the report. They may have any text in them.
    package static func sentences(on profile: Profile) -> [String] {
        let capture = profile.capture
        var notes = concurrency(profile).map { [$0] } ?? []
        if let floor = capture.probeFloorNanoseconds {
            let spread = capture.probeFloorSpread.map {
                "; p10 to p90: \(HumanFormat.duration(nanoseconds: $0.low)) to \(HumanFormat.duration(nanoseconds: $0.high))"
            }
            notes.append(
                "Probe floor: a call that does nothing reads \(HumanFormat.duration(nanoseconds: floor)) (p50\(spread ?? "")) here; "
                    + "all times include it.")
        }
        if capture.hooks?.calls == .perfEvent {
            notes.append(
                "Hooks: perf events called the programs, because tracepoints of this kernel may preempt them; the probe floor has what that "
                    + "costs.")
        }
        notes += BeforeEntry.notes(profile) + IOUringNote.sentences(profile) + VDSOFindings.notes(profile)
        notes += ownCost(profile) + (capture.sampling.flatMap(SamplingText.budget).map { [$0] } ?? [])
        return notes + balance(profile.balance) + (profile.requests.map { requests($0, capture) } ?? [])
            + capture.notes.map { "Note: \($0)" }
    }

    /// Why the total time is longer than the capture, where it is.
    private static func concurrency(_ profile: Profile) -> String? {
        let (total, length) = (profile.calls.reduce(0) { $0 + Double($1.distribution.sum) }, profile.capture.durationNanoseconds)
        guard length > 0, total > Double(length) else { return nil }
        let hasRequests = profile.calls.contains { $0.id.abi == .ioUring }
        let (sources, things) = hasRequests ? ("threads and requests", "calls and requests") : ("threads", "calls")
        return "Time adds up over \(sources): \(HumanFormat.quantity(nanoseconds: total).spaced) of \(things) in a capture of "
            + "\(HumanFormat.duration(nanoseconds: length)) means that \(HumanFormat.ratio(total / Double(length))) \(things) were under "
            + "way at a time, on average."
    }

    private static func ownCost(_ profile: Profile) -> [String] {
        let (capture, balance) = (profile.capture, profile.balance)
        guard capture.consumerCPUNanoseconds > 0 else { return [] }
        var text = "Own cost: syslat used \(HumanFormat.duration(nanoseconds: capture.consumerCPUNanoseconds)) of CPU"
        if capture.durationNanoseconds > 0 {
            text += " (\(HumanFormat.percentage(capture.consumerCPUNanoseconds, of: capture.durationNanoseconds)) of one CPU)"
        }
        text += " for \(HumanFormat.count(profile.events, "event", "events"))"
        if let programs = capture.programs, balance.entered > 0 {
            let each = programs.nanoseconds / balance.entered
            text += "; its BPF programs took \(HumanFormat.duration(nanoseconds: each)) a call (kernel statistics)"
        }
        return [text + "."]
    }

    /// Nothing where there were none.
    private static func requests(_ requests: Balance, _ capture: CaptureSummary) -> [String] {
        func count(_ value: UInt64) -> String { HumanFormat.count(value) }
        guard requests.entered > 0 else { return [] }
        let sampling =
            capture.sampling == nil
            ? []
            : [
                "Requests to io_uring are all measured"
                    + (capture.sampling?.budget == nil ? "." : ", and what that costs is outside the budget.")
            ]
        let silent = requests.neverReturned > 0 ? " + \(count(requests.neverReturned)) that asked for no completion" : ""
        return [
            "io_uring: \(HumanFormat.count(requests.entered, "request", "requests")) submitted \(sign(requests)) "
                + "\(count(requests.completed)) completed + \(count(requests.inFlight)) in flight\(silent) + \(count(requests.lost)) lost; "
                + "they are in the total of the table, from submission to completion"
        ] + sampling
    }

    /// What stands between the two sides of a balance.
    private static func sign(_ balance: Balance) -> String { balance.closes ? "=" : balance.isBeyondCounting ? "?" : "≠" }

    private static func balance(_ balance: Balance) -> [String] {
        func count(_ value: UInt64) -> String { HumanFormat.count(value) }
        let sum =
            "Balance: \(count(balance.entered)) entered \(sign(balance)) \(count(balance.completed)) completed"
            + " + \(count(balance.inFlight)) in flight + \(count(balance.neverReturned)) never returned"
            + " + \(count(balance.lost)) lost"
        let outside = [
            (balance.beganBefore, "call that began before the capture", "calls that began before the capture"),
            (balance.newTaskReturns, "first return of a new task", "first returns of new tasks"),
            (balance.refused, "call refused before entry", "calls refused before entry"),
        ].filter { $0.0 > 0 }.map { HumanFormat.count($0.0, $0.1, $0.2) }
        var lines = [sum]
        if !outside.isEmpty { lines.append("Not in the balance: \(outside.joined(separator: ", "))") }
        if balance.unmeasured > 0 {
            lines.append("Unmeasured: \(count(balance.unmeasured)) of the completed calls were only counted")
        }
        return lines
    }
}
