import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Where a server listens.
package enum ListeningPlace: Sendable, Hashable {
    /// An address as digits, and a port; 0 for any.
    case address(String, port: Int)
    /// A socket that listens already, which the server takes over.
    case socket(Int32)
}

/// Why a server can't listen: a sentence.
package struct HTTPServerError: Error, CustomStringConvertible {
    package let description: String
}

/// Answers GET requests on a thread of its own, and those that take long on a second one.
///
/// Threading: `respond` is called on these threads. On the first it must not block, since nobody else is answered meanwhile.
package final class HTTPServer: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let clients: NIOLoopBound<HTTPClients>
    private let loop: any EventLoop
    private let pool: NIOThreadPool
    /// Where it listens: `127.0.0.1:9100`.
    package let addresses: [String]
    /// Whether only this machine can reach it.
    package let isLoopback: Bool

    private static let backlog: Int32 = 128

    /// Listens, and answers from then on.
    ///
    /// - Parameters:
    ///   - hosts: names that it answers to, beside localhost and addresses.
    ///   - prepare: is called first of all on the server's thread, which starts the second one. It has the capabilities of the one that starts
    ///     it.
    package init(
        _ places: [ListeningPlace], hosts: [String] = [], limits: HTTPLimits = HTTPLimits(),
        routes: HTTPRoutes = HTTPRoutes(), prepare: @escaping @Sendable () -> Void = {},
        respond: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPServerError) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pool = NIOThreadPool(numberOfThreads: 1)
        do {
            let loop = group.next()
            let clients = try loop.submit {
                prepare()
                if !routes.slow.isEmpty { pool.start() }
                return NIOLoopBound(HTTPClients(limits, routes, pool, respond: respond), eventLoop: loop)
            }.wait()
            (self.clients, self.loop) = (clients, loop)
            var addresses: [SocketAddress] = []
            for place in places {
                addresses.append(try HTTPServer.listen(place, on: group, hosts, clients))
            }
            self.addresses = addresses.map(\.text)
            isLoopback = addresses.allSatisfy(\.isLoopback)
        } catch {
            try? group.syncShutdownGracefully()
            try? pool.syncShutdownGracefully()
            throw error as? HTTPServerError ?? HTTPServerError(description: "Can't listen: \(error).")
        }
        (self.group, self.pool) = (group, pool)
    }

    private static func listen(
        _ place: ListeningPlace, on group: MultiThreadedEventLoopGroup, _ names: [String], _ clients: NIOLoopBound<HTTPClients>
    ) throws -> SocketAddress {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let hosts = HostRule(isLoopback: channel.localAddress?.isLoopback ?? true, names: names)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(HTTPResponseEncoder())
                    try pipeline.addHandler(
                        ByteToMessageHandler(
                            HTTPRequestDecoder(
                                leftOverBytesStrategy: .dropBytes, limitConfiguration: clients.value.limits.ofDecoder)))
                    try pipeline.addHandler(HTTPConnection(clients.value, hosts))
                }
            }
        let channel: any Channel
        switch place {
        case .address(let text, let port):
            let address: SocketAddress
            do { address = try SocketAddress(ipAddress: text, port: port) } catch {
                throw HTTPServerError(description: "'\(text)' is no address.")
            }
            do { channel = try bootstrap.bind(to: address).wait() } catch {
                throw HTTPServerError(
                    description: "Can't listen on \(address.text): \(HTTPServer.reason(error)).\(HTTPServer.remedy(error))")
            }
        case .socket(let descriptor):
            do { channel = try bootstrap.withBoundSocket(descriptor).wait() } catch {
                throw HTTPServerError(
                    description: "Can't listen on the socket that was handed over: \(HTTPServer.reason(error)).")
            }
        }
        guard let address = channel.localAddress else { throw HTTPServerError(description: "The socket has no address.") }
        return address
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        // strerror's text is valid until the next call, and copied before that.
        return unsafe String(cString: strerror(error.errnoCode))
    }

    private static func remedy(_ error: any Error) -> String {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: " `ss -ltnp` names the program that has it."
        case EADDRNOTAVAIL: " This machine doesn't have that address: `ip address` lists those that it has."
        case EACCES: " Ports below 1024 take CAP_NET_BIND_SERVICE."
        default: ""
        }
    }

    /// Sends an event to all that listen. From any thread; it doesn't wait.
    ///
    /// - Parameter text: one line.
    package func tell(_ text: String) {
        let clients = clients
        loop.execute { clients.value.tell(text) }
    }

    /// Ends all connections, and the threads.
    package func stop() {
        try? group.syncShutdownGracefully()
        try? pool.syncShutdownGracefully()
    }
}

extension HTTPLimits {
    fileprivate var ofDecoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headerBytes
        limits.maxHeaderListSize = allHeaderBytes
        limits.maxHeaderFieldCount = headers
        return limits
    }
}

extension SocketAddress {
    fileprivate var isLoopback: Bool {
        switch self {
        case .unixDomainSocket: true
        case .v4, .v6: ipAddress.flatMap { IPLiteral($0) }?.isLoopback ?? false
        }
    }

    fileprivate var text: String {
        switch self {
        case .unixDomainSocket: "unix:\(pathname ?? "")"
        case .v4: "\(ipAddress ?? ""):\(port ?? 0)"
        case .v6: "[\(ipAddress ?? "")]:\(port ?? 0)"
        }
    }
}
