package import Profile
import Presentation
import ProfileSchema

extension JSONReport {
    /// What `syslat top` shows at one refresh.
    package struct Refresh: Sendable, Hashable {
        /// The calls of the window.
        package var interval: Interval
        package var host: Host
        /// What is watched.
        package var scope: String
        /// Calls that were lost in the window.
        package var lost: UInt64
        /// CPU time that syslat itself used in it.
        package var consumerCPUNanoseconds: UInt64
        package var isSampled: Bool
        /// The processes in the window, by falling total time; only their totals are used. nil unless asked for.
        package var processes: [ProcessProfile]?
        /// The groups in the window; only their totals and distributions are used. nil unless asked for.
        package var groups: CallGroups?

        package init(
            interval: Interval, on host: Host, scope: String, lost: UInt64, consumerCPUNanoseconds: UInt64, isSampled: Bool,
            processes: [ProcessProfile]? = nil, groups: CallGroups? = nil
        ) {
            (self.interval, self.host, self.scope, self.lost) = (interval, host, scope, lost)
            (self.consumerCPUNanoseconds, self.isSampled) = (consumerCPUNanoseconds, isSampled)
            (self.processes, self.groups) = (processes, groups)
        }
    }

    /// One refresh (schema `syslat.top/1`), in one line.
    package static func render(_ refresh: Refresh) throws -> String { try text(RefreshDocument(refresh: refresh), pretty: false) }
}

private struct RefreshDocument: Encodable {
    private static let schema = "syslat.top/1"

    let refresh: JSONReport.Refresh

    func encode(to encoder: any Encoder) throws {
        try IntervalFigures(refresh.interval, on: refresh.host, withBuckets: false).encode(to: encoder)
        let part = RefreshPart(
            scope: refresh.scope, lost: refresh.lost, consumerCPUNanoseconds: refresh.consumerCPUNanoseconds,
            isSampled: refresh.isSampled)
        try part.encode(to: encoder)
        var container = encoder.container(keyedBy: TopKey.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encodeIfPresent(refresh.processes.map { $0.map(ProcessTotalsPart.init) }, forKey: .processes)
        try container.encodeIfPresent(
            refresh.groups.map { groups in groups.groups.map { GroupWindowFigures(group: $0, kind: groups.kind) } }, forKey: .groups
        )
    }
}
