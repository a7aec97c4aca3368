import ArgumentParser
import FleetSamples

/// Sides that are hosts of a fleet, which Prometheus has.
struct FleetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Compare hosts that this server of Prometheus has scraped from `syslat serve`, instead of files. It is asked with curl.",
            valueName: "url"))
    var prometheus: String?

    @Option(
        name: .customLong("base"),
        help: ArgumentHelp(
            "The hosts of BASE, by labels of syslat_host_info, and up to when: 'kernel_release=~\"6.1.*\"@-7d'. A time is -7d, seconds since "
                + "1970 or 2026-11-20T10:00:00Z; without one it is now. '{}' is all hosts.",
            valueName: "selector[@time]"))
    var baseHosts: String?

    @Option(name: .customLong("new"), help: ArgumentHelp("The hosts of NEW.", valueName: "selector[@time]"))
    var newHosts: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Compare what hosts did for so long, up to the time of each side (default: 1h).", valueName: "time"),
        transform: Units.duration)
    var window: UInt64?

    @Option(
        help: ArgumentHelp(
            "The label that tells hosts apart, and by which both sides' are paired (default: instance). In Kubernetes, take that of the node.",
            valueName: "name"))
    var hostLabel: String?

    @Option(
        help: ArgumentHelp(
            "Give curl this file of options too: passwords, tokens, certificates (user = \"name:password\", header = \"Authorization: …\").",
            valueName: "file"),
        completion: .file())
    var curlConfig: String?

    func validate() throws {
        guard let prometheus else {
            let given = [
                ("--base", baseHosts), ("--new", newHosts), ("--window", window.map { "\($0)" }), ("--host-label", hostLabel),
                ("--curl-config", curlConfig),
            ].first { $0.1 != nil }
            if let given {
                throw ValidationError("\(given.0) is about hosts of a fleet: name the server that has them with --prometheus URL.")
            }
            return
        }
        try FleetOptions.check(prometheus)
        for (option, value) in [("--base", baseHosts), ("--new", newHosts)] where value == nil {
            throw ValidationError(
                "\(option) is missing: --prometheus needs the hosts of both sides, such as --base 'kernel_release=~\"6.1.*\"' "
                    + "--new 'kernel_release=~\"6.12.*\"'.")
        }
        if let window, !(10_000_000_000...30 * 86_400_000_000_000).contains(window) {
            throw ValidationError("--window is not from 10s to 720h. An hour has enough calls for p99 on most hosts.")
        }
        let letters = hostLabel ?? "instance"
        guard let first = letters.first, !first.isNumber,
            letters.allSatisfy({ $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) })
        else { throw ValidationError("--host-label '\(letters)' is no name of a label. Write --host-label instance or node.") }
        _ = try question
    }

    private static func check(_ address: String) throws {
        let rest = ["http://", "https://"].lazy.compactMap { address.hasPrefix($0) ? address.dropFirst($0.count) : nil }.first
        guard let rest, !rest.isEmpty, rest.first != "/",
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !rest.contains(where: { "?#\"\\".contains($0) })
        else {
            throw ValidationError(
                "--prometheus '\(address)' is not an address of a server. Write http://prometheus:9090, or https://mimir.example/prometheus."
            )
        }
        if rest.prefix(while: { $0 != "/" }).contains("@") {
            throw ValidationError(
                "--prometheus has a password in it, which everybody sees in the list of processes. Write user = \"name:password\" into a file "
                    + "that only you can read, and give that with --curl-config.")
        }
    }

    /// What is asked; nil without a server.
    var question: FleetQuestion? {
        get throws {
            guard prometheus != nil, let baseHosts, let newHosts else { return nil }
            func selector(_ text: String) throws -> HostSelector {
                do throws(FleetError) { return try HostSelector(text) } catch { throw ValidationError(error.description) }
            }
            let seconds = (window ?? 3_600_000_000_000) / 1_000_000_000
            return FleetQuestion(
                base: try selector(baseHosts), new: try selector(newHosts), window: Int(seconds), hostLabel: hostLabel ?? "instance"
            )
        }
    }

    /// Asks the server.
    func samples() throws -> FleetSides? {
        guard let question = try question, let prometheus else { return nil }
        var address = prometheus
        while address.hasSuffix("/") { address.removeLast() }
        let client = try CurlClient(address: address, configuration: curlConfig)
        do {
            return try FleetReader.read(question, from: address) { try client.ask($0, at: $1) }
        } catch let error as FleetError {
            throw CommandError(error.description, status: .badInput)
        }
    }
}
