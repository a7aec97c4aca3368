import FoundationEssentials
import JSONLine

/// What has happened in a trial, a line each. It is written down before what it announces is done, and after what it reports.
package struct TrialEvent: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// The next boot is about to be this kernel's.
        case armed
        /// The kernel of the plan runs, and the measurement is about to begin.
        case began
        /// The profile has its name.
        case measured
        /// An attempt gave no profile.
        case failed
        /// No more boots are made.
        case ending
        /// The usual kernel is about to be booted for good.
        case returning
    }

    package var kind: Kind
    /// Which of the planned boots; nil where it is about the trial.
    package var boot: Int?
    /// In which boot of the machine it was written: /proc/sys/kernel/random/boot_id.
    package var bootID: String
    /// A sentence.
    package var why: String?
    /// In seconds since 1970.
    package var at: UInt64

    package init(_ kind: Kind, boot: Int? = nil, bootID: String, why: String? = nil, at: UInt64) {
        (self.kind, self.boot, self.bootID, self.why, self.at) = (kind, boot, bootID, why, at)
    }
}

/// A plan and its journal: all that survives a boot.
package struct TrialState: Hashable, Sendable {
    package let plan: TrialPlan
    package private(set) var events: [TrialEvent]

    package init(_ plan: TrialPlan, events: [TrialEvent] = []) { (self.plan, self.events) = (plan, events) }

    package mutating func record(_ event: TrialEvent) { events.append(event) }

    // MARK: The state file

    /// The first line of the file.
    private struct Head: Codable {
        /// The version of the format.
        var syslatTrial: Int
        var plan: TrialPlan
    }

    private static let version = 1
    /// A trial of 8 kernels with 100 boots and 3 attempts has some 10,000 events of 200 bytes.
    package static let largestFile = 16 << 20

    /// The file: JSON, one line for the plan and one for each event.
    package func encoded() throws(TrialError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let head = try encoder.encode(Head(syslatTrial: TrialState.version, plan: plan))
            let lines = try events.map { try encoder.encode($0) }
            return ([head] + lines).flatMap { Array($0) + [UInt8(ascii: "\n")] }
        } catch {
            throw TrialError("The state of the trial can't be written as JSON: \(error).")
        }
    }

    /// Errors: what is damaged, or was written by a later version.
    package init(decoding bytes: [UInt8]) throws(TrialError) {
        guard bytes.count <= TrialState.largestFile else { throw TrialState.damaged("it is too large") }
        guard bytes.last == UInt8(ascii: "\n") else { throw TrialState.damaged("its end is missing") }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
        guard let first = lines.first, let head = try? JSONTree.decode(Head.self, from: first) else {
            throw TrialState.damaged("line 1 is not a plan")
        }
        guard head.syslatTrial == TrialState.version else {
            throw TrialError("The state of the trial has version \(head.syslatTrial), which this syslat can't read.")
        }
        guard head.plan.isSound else { throw TrialState.damaged("its plan contradicts itself") }
        plan = head.plan
        events = []
        let count = plan.plannedBoots.count
        for (index, line) in lines.enumerated().dropFirst() {
            guard let event = try? JSONTree.decode(TrialEvent.self, from: line),
                event.boot.map({ (0..<count).contains($0) }) ?? (event.kind == .ending || event.kind == .returning)
            else { throw TrialState.damaged("line \(index + 1) is not an event") }
            events.append(event)
        }
    }

    private static func damaged(_ reason: String) -> TrialError {
        TrialError("The state of the trial is damaged: \(reason). `syslat trial abort` ends the trial.")
    }
}
