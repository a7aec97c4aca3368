import Capture
import CaptureSite
import Exports
import Glibc
import HTTPService
import Linux
import Profile

/// A capture whose snapshots go to a server, until a signal ends it.
///
/// Threading: this thread owns the session; the server's has nothing but the site, which gets a value each second.
struct ServedCapture: ~Copyable {
    private var session: Session
    private let site: CaptureSite
    private let startedAtNanoseconds: UInt64
    private var nextSnapshot: UInt64
    private var nextSignOfLife: UInt64
    private let watchdogNanoseconds: UInt64?
    private var snapshots = 0

    private static let second: UInt64 = 1_000_000_000

    /// Attaches, listens, and serves until SIGTERM, SIGINT or the end of the target.
    static func run(_ options: CaptureOptions, _ server: ServeOptions) throws {
        // Nobody's terminal is needed.
        signal(SIGHUP, SIG_IGN)
        let startedAt = OwnProcess.startedAtNanoseconds ?? Clock.wall
        // Taken first: what the environment says of descriptors is true now.
        let sockets = ServiceManager.sockets
        var session = try Session(options)
        try session.start()
        let kept = dropCapabilities(&session, keeping: capabilities(toName: options.slowCalls))
        let site = CaptureSite(
            CaptureSite.Facts(version: syslatVersion, capabilities: Capabilities.names(of: kept), schema: server.nativeSchema),
            keep: server.keep, groups: server.groupRule, now: { Clock.monotonic })
        var capture = ServedCapture(session, site, startedAt)
        try capture.handOver()
        let places = sockets.isEmpty ? [try server.place] : sockets.map { ListeningPlace.socket($0) }
        if !sockets.isEmpty, server.listen != nil {
            Terminal.say("syslat: --listen is left aside, since systemd hands over a socket: the address stands in its unit.\n")
        }
        let http: HTTPServer
        do {
            http = try HTTPServer(places, hosts: hosts(server), routes: CaptureSite.routes, prepare: { Capabilities.dropAll() }) {
                site.respond($0)
            }
        } catch { throw CommandError("\(error)" + (sockets.isEmpty ? " --listen takes another address." : "")) }
        http.tell(site.news)
        announce(http, capabilities: kept)
        let result = Result { try capture.serve(http) }
        ServiceManager.notify("STOPPING=1")
        http.stop()
        capture.end()
        try result.get()
    }

    private init(_ session: consuming Session, _ site: CaptureSite, _ startedAt: UInt64) {
        self.session = session
        self.site = site
        startedAtNanoseconds = startedAt
        let now = Clock.monotonic
        nextSnapshot = now + ServedCapture.second
        watchdogNanoseconds = ServiceManager.watchdogNanoseconds
        nextSignOfLife = now
    }

    /// Gives up what reading the programs' data doesn't need. Whether that needs any is tried: kernels before 6.5 want CAP_BPF for maps where
    /// sysctl kernel.unprivileged_bpf_disabled forbids them to others.
    /// - Parameter wanted: those that stay without being tried.
    private static func dropCapabilities(_ session: inout Session, keeping wanted: UInt64) -> UInt64 {
        let candidates = [Capabilities.bpf, Capabilities.perfmon]
        return Capabilities.dropAll(but: candidates, keeping: wanted) {
            do {
                try session.takeBatches()
                _ = try session.snapshot()
                return true
            } catch { return false }
        }
    }

    /// What naming takes: the files of slow calls are those of other processes, and the functions that calls sleep in are the kernel's.
    private static func capabilities(toName slowCalls: SlowCallOptions?) -> UInt64 {
        guard let slowCalls else { return 0 }
        return Capabilities.sysPtrace | (slowCalls.stacks == .all ? Capabilities.syslog : 0)
    }

    private static func hosts(_ server: ServeOptions) -> [String] {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return server.hosts }
        return server.hosts + [String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)]
    }

    private static func announce(_ http: HTTPServer, capabilities: UInt64) {
        let held = capabilities == 0 ? "none" : Capabilities.names(of: capabilities).joined(separator: ", ")
        let places = http.addresses.map { $0.hasPrefix("unix:") ? $0 : "http://\($0)/metrics" }.joined(separator: ", ")
        Terminal.say("syslat serves \(places). Capabilities still held: \(held).\n")
        if !http.isLoopback {
            Terminal.say(
                "Others reach this address, and nothing is encrypted or asks for a password: put a reverse proxy in front of it where that "
                    + "matters.\n")
        }
        ServiceManager.notify("READY=1\nSTATUS=Serving \(http.addresses.joined(separator: ", "))")
    }

    // MARK: Serving

    private mutating func serve(_ http: HTTPServer) throws {
        while true {
            switch try session.advance(until: min(nextSnapshot, watchdogNanoseconds == nil ? .max : nextSignOfLife)) {
            case .signal(SIGHUP), .source: continue
            case .signal: return
            case .targetEnded:
                throw CommandError("The target has ended, so there is nothing left to serve.")
            case .deadline: break
            }
            let now = Clock.monotonic
            if now >= nextSnapshot {
                try handOver()
                http.tell(site.news)
                nextSnapshot += ServedCapture.second
                // One that comes late puts none of the next ones off, and is not made up for.
                if nextSnapshot <= now { nextSnapshot = now + ServedCapture.second }
            }
            if let watchdogNanoseconds, now >= nextSignOfLife {
                ServiceManager.notify("WATCHDOG=1")
                nextSignOfLife = now + watchdogNanoseconds / 3
            }
        }
    }

    private mutating func handOver() throws {
        try session.takeBatches()
        let profile = try session.snapshot()
        let own = OwnProcess()
        site.take(
            profile,
            process: ServingProcess(
                cpuNanoseconds: Clock.ownCPU, startedAtNanoseconds: startedAtNanoseconds, residentBytes: own.residentBytes,
                virtualBytes: own.virtualBytes, openFiles: own.openFiles, mostFiles: own.mostFiles, threads: own.threads))
        snapshots += 1
        // Each snapshot leaves gaps between what is kept.
        if snapshots.isMultiple(of: 60) { OwnProcess.giveBackMemory() }
    }

    private consuming func end() {
        session.stop()
        _ = session.detach()
    }
}
