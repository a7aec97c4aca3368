import JSONLine
import PlainText

/// What a server sent back: the status of HTTP, and the body.
package struct ServerReply: Sendable {
    package var status: Int
    package var body: [UInt8]

    package init(status: Int, body: [UInt8]) { (self.status, self.body) = (status, body) }
}

/// An answer to a query, as the API of Prometheus has it.
///
/// Source: https://prometheus.io/docs/prometheus/latest/querying/api/
struct ServerAnswer: Decodable {
    /// One series at the moment of the query: a number, or a histogram.
    struct Series: Decodable {
        var metric: [String: String]
        var value: Double?
        var histogram: NativeSample?

        private enum Key: String, CodingKey { case metric, value, histogram }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            metric = try container.decodeIfPresent([String: String].self, forKey: .metric) ?? [:]
            value = try container.decodeIfPresent(Stamped<NumberText>.self, forKey: .value)?.value.value
            histogram = try container.decodeIfPresent(Stamped<NativeSample>.self, forKey: .histogram)?.value
        }
    }

    /// `[time, value]`.
    struct Stamped<Value: Decodable>: Decodable {
        var value: Value

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            _ = try container.decode(Double.self)
            value = try container.decode(Value.self)
        }
    }

    /// Numbers are strings, because JSON has neither infinity nor NaN.
    struct NumberText: Decodable {
        var value: Double

        init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            value = NumberText.number(text) ?? .nan
        }

        static func number(_ text: String) -> Double? {
            switch text {
            case "+Inf": .infinity
            case "-Inf": -.infinity
            default: Double(text)
            }
        }
    }

    private struct Content: Decodable {
        var resultType: String
        var series: [Series] = []
        var scalar: Double?

        private enum Key: String, CodingKey { case resultType, result }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            resultType = try container.decode(String.self, forKey: .resultType)
            if resultType == "scalar" {
                scalar = try container.decode(Stamped<NumberText>.self, forKey: .result).value.value
            } else if resultType == "vector" {
                series = try container.decode([Series].self, forKey: .result)
            }
        }
    }

    private enum Key: String, CodingKey { case status, data, error, warnings, infos }

    private(set) var series: [Series] = []
    private(set) var scalar: Double?
    /// What the server wants known, such as that only a part of its stores answered.
    private(set) var warnings: [String] = []
    private var error: String?
    private var isSuccess = false

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        isSuccess = try container.decode(String.self, forKey: .status) == "success"
        error = try container.decodeIfPresent(String.self, forKey: .error)
        warnings = try container.decodeIfPresent([String].self, forKey: .warnings) ?? []
        guard isSuccess else { return }
        let content = try container.decode(Content.self, forKey: .data)
        (series, scalar) = (content.series, content.scalar)
    }

    /// Reads a reply. `server` is how sentences name the server.
    /// - Throws: ``FleetError`` if it is no answer, or says that something went wrong.
    static func read(_ reply: ServerReply, from server: String) throws(FleetError) -> ServerAnswer {
        let answer = try? JSONTree.decode(ServerAnswer.self, from: reply.body)
        if let answer, let error = answer.error, !answer.isSuccess {
            throw FleetError("\(server) refused a query: \(shown(error)) (HTTP \(reply.status)).\(advice(error, reply.status))")
        }
        guard (200..<300).contains(reply.status) else { throw FleetError(refusal(of: server, reply)) }
        guard let answer, answer.isSuccess else {
            throw FleetError(
                "\(server) answered, but not as the API of Prometheus does: \(beginning(reply.body)). Give the address under which "
                    + "/api/v1/query is, such as http://prometheus:9090 or https://mimir.example/prometheus.")
        }
        return answer
    }

    private static func refusal(of server: String, _ reply: ServerReply) -> String {
        let remedy =
            switch reply.status {
            case 401, 403: "Put a password or a token into a file for curl, and name that with --curl-config."
            case 404: "Give the address under which /api/v1/query is, such as https://mimir.example/prometheus."
            case 407: "The proxy wants a password: put it into a file for curl, and name that with --curl-config."
            case 300..<400: "It redirects: give the address that it redirects to."
            case 429: "It has too much to do: try again later, or with a shorter --window."
            case 500...: "Try again later; its log says more."
            default: "Its log says more."
            }
        return "\(server) answered with HTTP \(reply.status): \(beginning(reply.body)). \(remedy)"
    }

    /// What an error that a server with limits gives can be helped by.
    private static func advice(_ error: String, _ status: Int) -> String {
        let isLimit = ["too many", "limit", "timed out", "exceed"].contains { error.lowercased().contains($0) }
        return isLimit || status == 503 ? " A shorter --window, or a selector with fewer hosts, asks for less." : ""
    }

    private static func beginning(_ body: [UInt8]) -> String {
        body.isEmpty ? "nothing" : "'\(shown(String(decoding: body.prefix(120), as: UTF8.self)))'"
    }

    static func shown(_ text: String) -> String { PlainText.line(String(text.prefix(200))) }
}
