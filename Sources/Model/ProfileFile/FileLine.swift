import JSONLine
import ProfileSchema

/// A line of a profile file as it is read: a JSON object with one key, but for the first line, which has four. The parts and
/// their names are ``ProfileSchema``'s; Documentation/formats.md describes the file.
///
/// Keys that a reader doesn't know are skipped, and so are lines of which it knows no key.
struct FileLine {
    private(set) var version: Int?
    private(set) var tool: String?
    private(set) var host: HostPart?
    private(set) var capture: CapturePart?
    private(set) var interval: IntervalPart?
    private(set) var series: SeriesPart?
    private(set) var seriesNames: [SeriesNamePart]?
    private(set) var packedSeries: [PackedSeriesPart]?
    private(set) var errnos: ErrnosPart?
    private(set) var afterExit: AfterExitPart?
    private(set) var endInterval: EndIntervalPart?
    private(set) var process: ProcessPart?
    private(set) var group: GroupPart?
    private(set) var inFlight: InFlightPart?
    private(set) var refused: RefusedPart?
    private(set) var slowCalls: SlowCallsPart?
    private(set) var slowCall: SlowCallPart?
    private(set) var vdso: VDSOPart?
    private(set) var vdsoEntered: VDSOEnteredPart?
    private(set) var vdsoServed: VDSOServedPart?
    private(set) var vdsoVsyscall: VDSOVsyscallPart?
    private(set) var workload: WorkloadPart?
    private(set) var workloadCase: WorkloadCasePart?
    private(set) var requests: RequestsPart?
    private(set) var balance: BalancePart?
    private(set) var sha256: String?

    /// The version that is written. A change that older readers would misunderstand raises it.
    static let version = 2
    /// Of files with packed series, which readers of version 2 would skip.
    static let packedVersion = 3
    /// Version 1, of syslat 0.1.0, has other names for a few things; see the parts.
    static let readableVersions = 1...3

    private init() {}

    /// - Throws: `DecodingError`, with an empty path where the text isn't JSON.
    static func read(_ text: [UInt8]) throws -> FileLine {
        // Returned where it is made: with a place for each kind of part it is large.
        var line = FileLine()
        try line.take(text)
        return line
    }

    private mutating func take(_ text: [UInt8]) throws {
        var seen: [TopKey] = []
        for member in try JSONTree.members(of: text) {
            // Of two values of one name the first counts.
            guard let key = TopKey(stringValue: member.name), !seen.contains(key) else { continue }
            seen.append(key)
            func part<Part: Decodable>() throws -> Part? { try member.decode(Part.self) }
            switch key {
            case .version: version = try part()
            case .tool: tool = try part()
            case .host: host = try part()
            case .capture: capture = try part()
            case .interval: interval = try part()
            case .series: series = try part()
            case .seriesNames: seriesNames = try part()
            case .packedSeries: packedSeries = try part()
            case .errnos: errnos = try part()
            case .afterExit: afterExit = try part()
            case .endInterval: endInterval = try part()
            case .process: process = try part()
            case .group: group = try part()
            case .inFlight: inFlight = try part()
            case .refused: refused = try part()
            case .slowCalls: slowCalls = try part()
            case .slowCall: slowCall = try part()
            case .vdso: vdso = try part()
            case .vdsoEntered: vdsoEntered = try part()
            case .vdsoServed: vdsoServed = try part()
            case .vdsoVsyscall: vdsoVsyscall = try part()
            case .workload: workload = try part()
            case .workloadCase: workloadCase = try part()
            case .requests: requests = try part()
            case .balance: balance = try part()
            case .sha256: sha256 = try part()
            case .schema, .syscalls, .processes, .intervals, .groups: break
            }
        }
    }
}
