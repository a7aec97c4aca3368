import ProfileSchema

/// A line of a profile file as it is read: a JSON object with one key, but for the first line, which has four. The parts and
/// their names are ``ProfileSchema``'s; Documentation/formats.md describes the file.
///
/// Keys that a reader doesn't know are skipped, and so are lines of which it knows no key.
struct FileLine: Decodable {
    let version: Int?
    let tool: String?
    let host: HostPart?
    let capture: CapturePart?
    let interval: IntervalPart?
    let series: SeriesPart?
    let errnos: ErrnosPart?
    let afterExit: AfterExitPart?
    let endInterval: EndIntervalPart?
    let process: ProcessPart?
    let inFlight: InFlightPart?
    let refused: RefusedPart?
    let vdso: VDSOPart?
    let vdsoEntered: VDSOEnteredPart?
    let vdsoServed: VDSOServedPart?
    let vdsoVsyscall: VDSOVsyscallPart?
    let workload: WorkloadPart?
    let workloadCase: WorkloadCasePart?
    let requests: RequestsPart?
    let balance: BalancePart?
    let sha256: String?

    /// The version that is written. A change that older readers would misunderstand raises it.
    static let version = 2
    /// Version 1, of syslat 0.1.0, has other names for a few things; see the parts.
    static let readableVersions = 1...2

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: TopKey.self)
        func part<Part: Decodable>(_ key: TopKey) throws -> Part? { try container.decodeIfPresent(Part.self, forKey: key) }
        version = try part(.version)
        tool = try part(.tool)
        host = try part(.host)
        capture = try part(.capture)
        interval = try part(.interval)
        series = try part(.series)
        errnos = try part(.errnos)
        afterExit = try part(.afterExit)
        endInterval = try part(.endInterval)
        process = try part(.process)
        inFlight = try part(.inFlight)
        refused = try part(.refused)
        vdso = try part(.vdso)
        vdsoEntered = try part(.vdsoEntered)
        vdsoServed = try part(.vdsoServed)
        vdsoVsyscall = try part(.vdsoVsyscall)
        workload = try part(.workload)
        workloadCase = try part(.workloadCase)
        requests = try part(.requests)
        balance = try part(.balance)
        sha256 = try part(.sha256)
    }
}
