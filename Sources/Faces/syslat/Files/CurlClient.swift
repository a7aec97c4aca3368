import FleetSamples
import Glibc
import Linux
import PlainText

/// Asks a server of Prometheus by curl(1), which has TLS, passwords, tokens and proxies. This process opens no connection.
struct CurlClient {
    /// Without a slash at its end.
    let address: String
    /// A file of curl's own, with what the server wants; nil for none. Its ~/.curlrc counts as always.
    let configuration: String?
    private let program: String

    private static let secondsToConnect = 10
    private static let secondsToAnswer = 120
    /// The JSON of ten hosts is some megabytes.
    private static let mostBytes = 64 << 20

    /// Errors: curl is not there.
    init(address: String, configuration: String?) throws {
        self.address = address
        self.configuration = configuration
        guard let program = ExecutableSearch.path(of: "curl") else {
            throw CommandError(
                "curl, which asks the server, is not in PATH. Install it: sudo apt-get install curl", status: .badInput)
        }
        self.program = program
    }

    /// - Parameters:
    ///   - query: in PromQL.
    ///   - time: in seconds since 1970; nil for now.
    func ask(_ query: String, at time: Double?) throws -> ServerReply {
        let (output, messages, status) = try run(CurlClient.text(of: request(query, time)))
        guard status == 0 else { throw CommandError(failure(messages, status), status: .badInput) }
        // The last line is the status of HTTP.
        guard let end = output.lastIndex(of: UInt8(ascii: "\n")),
            let code = Int(String(decoding: output[(end + 1)...], as: UTF8.self))
        else {
            throw CommandError("\(program) gave no status of HTTP. See what ~/.curlrc and --curl-config say.", status: .badInput)
        }
        return ServerReply(status: code, body: Array(output[..<end]))
    }

    private func request(_ query: String, _ time: Double?) -> [(String, String?)] {
        var options: [(String, String?)] = [
            ("url", address + "/api/v1/query"), ("silent", nil), ("show-error", nil), ("compressed", nil), ("globoff", nil),
            ("proto", "=http,https"), ("connect-timeout", "\(CurlClient.secondsToConnect)"),
            ("max-time", "\(CurlClient.secondsToAnswer)"), ("output", "-"), ("write-out", "\n%{http_code}"),
            ("header", "Accept: application/json"), ("data-urlencode", "query=\(query)"),
        ]
        if let time { options.append(("data-urlencode", "time=\(time)")) }
        return options
    }

    /// As a file of curl's: nobody reads a query, or an address, in the list of processes. Source: curl(1), -K.
    private static func text(of options: [(String, String?)]) -> [UInt8] {
        var text = ""
        for (name, value) in options {
            guard let value else {
                text += "\(name)\n"
                continue
            }
            text += "\(name) = \""
            for scalar in value.unicodeScalars {
                switch scalar {
                case "\\", "\"": text += "\\\(scalar)"
                case "\n": text += "\\n"
                case "\r": text += "\\r"
                case "\t": text += "\\t"
                default: text.unicodeScalars.append(scalar)
                }
            }
            text += "\"\n"
        }
        return Array(text.utf8)
    }

    /// Standard output, standard error and the exit status.
    private func run(_ options: [UInt8]) throws -> ([UInt8], String, Int32) {
        let arguments = [program] + (configuration.map { ["--config", $0] } ?? []) + ["--config", "-"]
        do throws(Errno) {
            let input = try Descriptor(unnamedFile: "curl", holding: options)
            // It was written to its end.
            _ = lseek(input.number, 0, SEEK_SET)
            let output = try PipeEnds()
            let messages = try PipeEnds()
            var process = try ChildProcess(
                program, arguments, descriptors: [input.number, output.writing.number, messages.writing.number])
            let answer = output.closingWritingEnd()
            let words = messages.closingWritingEnd()
            var streams = Streams([answer.number, words.number], limit: CurlClient.mostBytes)
            let deadline = ContinuousClock.now + .seconds(CurlClient.secondsToAnswer + 10)
            while streams.areOpen, !streams.wasCut(0) {
                let left = deadline.milliseconds(atMost: 1000)
                if left == 0 { break }
                streams.wait(milliseconds: left)
            }
            if streams.areOpen { process.terminate() }
            let status = process.wait().shellStatus
            let tooMuch = "more than \(CurlClient.mostBytes >> 20) MiB came: choose fewer hosts, or a wider --native-schema on them"
            let text = streams.wasCut(0) ? tooMuch : String(decoding: streams[1].prefix(4096), as: UTF8.self)
            return (streams[0], text, streams.wasCut(0) ? 63 : status)
        } catch {
            throw CommandError("\(program) can't be started: \(error). Install curl again.", status: .badInput)
        }
    }

    /// What curl says, and what helps. Source: EXIT CODES in curl(1).
    private func failure(_ messages: String, _ status: Int32) -> String {
        let words = messages.split(separator: "\n").last.map { PlainText.line(String($0)) } ?? "curl ended with status \(status)"
        let remedy =
            switch status {
            case 5...7, 28, 52, 56:
                "See that the server runs and can be reached from here. Proxies are those of the environment: https_proxy, no_proxy."
            case 35, 51, 58, 60, 77, 83:
                "Name the certificates that the server's is signed by in a file for curl (cacert = \"/path\"), and that with --curl-config."
            case 63: ""
            case 2, 26:
                configuration == nil
                    ? "See what ~/.curlrc says." : "See that the file of --curl-config can be read, and what it says."
            default: "`man curl` explains its status, \(status)."
            }
        return "\(address) can't be asked: \(words). \(remedy)".replacing(".. ", with: ". ")
    }
}
