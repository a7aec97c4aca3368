import ArgumentParser
import CaptureSite
import Exports
import HTTPService
import Linux

/// Where metrics are served, and how fine and how long.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Listen on this address (default: 127.0.0.1:10042). An address that others reach must be named; :PORT alone is refused.",
            valueName: "address:port"))
    var listen: String?

    @Option(
        name: .customLong("allow-host"),
        help: ArgumentHelp("Answer requests to this name too, beside addresses and localhost.", valueName: "name"))
    var hosts: [String] = []

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Keep windows of a second for so long (default: 1h).", valueName: "time"),
        transform: Units.duration)
    var keep: UInt64 = 3_600_000_000_000

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Schema of native histograms: 3 (9 % wide buckets) to 6 (1.1 %).", valueName: "3…6"))
    var nativeSchema = ExpositionFormat.defaultSchema

    @Option(
        name: .customLong("by"),
        help: ArgumentHelp("Count calls by this too: cgroup, unit (of systemd) or comm (name of the process).", valueName: "group"))
    var groups: GroupRule.Kind?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Show at most so many groups at a time; the calls of the rest are 'other' (default: 200).", valueName: "n"))
    var maxGroups: Int?

    static let defaultPort = 10042
    static let defaultGroups = 200

    private static let keeps: ClosedRange<UInt64> = 1_000_000_000...86_400_000_000_000

    func validate() throws {
        guard ExpositionFormat.schemas.contains(nativeSchema) else {
            throw ValidationError("--native-schema \(nativeSchema) is not from 3 to 6.")
        }
        guard ServeOptions.keeps.contains(keep) else {
            throw ValidationError("--keep is out of range: give a time from 1s to 24h.")
        }
        if let maxGroups {
            guard groups != nil else {
                throw ValidationError("--max-groups needs groups: add --by cgroup, --by unit or --by comm.")
            }
            guard ServeOptions.groupCounts.contains(maxGroups) else {
                throw ValidationError("--max-groups \(maxGroups) is not from 1 to 2000: each group takes five series or so.")
            }
        }
        for host in hosts where !ServeOptions.isName(host) {
            throw ValidationError(
                "--allow-host '\(host)' is no name of a host. Write it as clients do, without http:// and without a port: node5.example. "
                    + "Several take --allow-host several times; there is no *.")
        }
        _ = try place
    }

    private static func isName(_ host: String) -> Bool {
        if IPLiteral(host) != nil { return true }
        return !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"/:*?#@[]".utf8.contains($0) }
    }

    private static let groupCounts = 1...2000

    /// How calls are grouped; nil for not at all.
    var groupRule: GroupRule? {
        groups.map { kind in
            GroupRule(kind, most: maxGroups ?? ServeOptions.defaultGroups) { CgroupHierarchy.current?.exists($0) ?? false }
        }
    }

    /// Where to listen, if nobody hands a socket over.
    var place: ListeningPlace {
        get throws {
            guard let listen else { return .address("127.0.0.1", port: ServeOptions.defaultPort) }
            guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
                throw ValidationError("--listen '\(listen)' has no port: write 127.0.0.1:10042 or [::1]:10042.")
            }
            var address = String(listen[..<colon])
            if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
            guard IPLiteral(address) != nil else {
                throw ValidationError(
                    "--listen '\(listen)' has no address before the port: write 127.0.0.1:\(port) for this machine alone, or 0.0.0.0:\(port) "
                        + "for everybody who reaches it.")
            }
            return .address(address, port: Int(port))
        }
    }
}

extension GroupRule.Kind: ExpressibleByArgument {}
