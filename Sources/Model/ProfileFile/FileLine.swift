import ProfileSchema

/// A line of a profile file as it is read: a JSON object with one key, but for the first line, which has four. The parts and
/// their names are ``ProfileSchema``'s; Documentation/formats.md describes the file.
///
/// Keys that a reader doesn't know are skipped, and so are lines of which it knows no key.
struct FileLine: Decodable {
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

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: TopKey.self)
        func part<Part: Decodable>(_ key: TopKey) throws -> Part? { try container.decodeIfPresent(Part.self, forKey: key) }
        for key in container.allKeys {
            switch key {
            case .version: version = try part(key)
            case .tool: tool = try part(key)
            case .host: host = try part(key)
            case .capture: capture = try part(key)
            case .interval: interval = try part(key)
            case .series: series = try part(key)
            case .seriesNames: seriesNames = try part(key)
            case .packedSeries: packedSeries = try part(key)
            case .errnos: errnos = try part(key)
            case .afterExit: afterExit = try part(key)
            case .endInterval: endInterval = try part(key)
            case .process: process = try part(key)
            case .group: group = try part(key)
            case .inFlight: inFlight = try part(key)
            case .refused: refused = try part(key)
            case .slowCalls: slowCalls = try part(key)
            case .slowCall: slowCall = try part(key)
            case .vdso: vdso = try part(key)
            case .vdsoEntered: vdsoEntered = try part(key)
            case .vdsoServed: vdsoServed = try part(key)
            case .vdsoVsyscall: vdsoVsyscall = try part(key)
            case .workload: workload = try part(key)
            case .workloadCase: workloadCase = try part(key)
            case .requests: requests = try part(key)
            case .balance: balance = try part(key)
            case .sha256: sha256 = try part(key)
            case .schema, .syscalls, .processes, .intervals, .groups: break
            }
        }
    }
}
