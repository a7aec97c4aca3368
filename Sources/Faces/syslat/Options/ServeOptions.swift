import ArgumentParser
import Exports
import HTTPService

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

    static let defaultPort = 10042

    private static let keeps: ClosedRange<UInt64> = 1_000_000_000...86_400_000_000_000

    func validate() throws {
        guard ExpositionFormat.schemas.contains(nativeSchema) else {
            throw ValidationError("--native-schema \(nativeSchema) is not from 3 to 6.")
        }
        guard ServeOptions.keeps.contains(keep) else {
            throw ValidationError("--keep is out of range: give a time from 1s to 24h.")
        }
        _ = try place
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
