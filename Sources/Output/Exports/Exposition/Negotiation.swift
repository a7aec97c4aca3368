extension ExpositionFormat {
    /// The format that a reader likes best, by its header `Accept`. Text of Prometheus for readers that don't say, or that know none.
    ///
    /// Source: RFC 9110, section 12.5.1, and
    /// https://prometheus.io/docs/instrumenting/content_negotiation/
    package static func negotiated(accept: String?, schema: Int) -> ExpositionFormat {
        let ranges = WeightedItem.list(accept ?? "")
        // Of two that a reader likes as much, the one that says more.
        let offers: [ExpositionFormat] = [.protobuf(schema: schema), .openMetrics, .prometheusText]
        var best: (format: ExpositionFormat, weight: Int) = (.prometheusText, 0)
        for offer in offers {
            let weight = ranges.filter(offer.isMeant).map(\.weight).max() ?? 0
            if weight > best.weight { best = (offer, weight) }
        }
        return best.format
    }

    /// Whether a range of media types means this format. Those with a star mean the text, since whoever sends only those is a browser or a
    /// person.
    private func isMeant(by range: WeightedItem) -> Bool {
        switch self {
        case .protobuf:
            range.name == "application/vnd.google.protobuf" && range["proto"] == "io.prometheus.client.metricfamily"
                && range["encoding"] == "delimited"
        case .openMetrics:
            range.name == "application/openmetrics-text" && ["1.0.0", nil].contains(range["version"])
        case .prometheusText:
            range.name == "text/plain" && ["0.0.4", nil].contains(range["version"]) || ["text/*", "*/*"].contains(range.name)
        }
    }
}

/// The content codings of a response.
package enum ContentCoding {
    /// Whether a reader takes gzip, by its header `Accept-Encoding`.
    package static func acceptsGzip(_ acceptEncoding: String?) -> Bool {
        let items = WeightedItem.list(acceptEncoding ?? "")
        let named = items.filter { $0.name == "gzip" || $0.name == "x-gzip" }
        return (named.isEmpty ? items.filter { $0.name == "*" } : named).contains { $0.weight > 0 }
    }
}

/// An item of a header that lists what a reader accepts: `text/plain;version=0.0.4;q=0.5`. All in lower case.
struct WeightedItem {
    let name: String
    private let parameters: [(name: String, value: String)]
    /// Thousandths, from 0 to 1000.
    let weight: Int

    /// Headers are short; what is behind so many items is ignored.
    private static let mostItems = 64

    subscript(parameter: String) -> String? { parameters.first { $0.name == parameter }?.value }

    /// Nothing of items that can't be read.
    static func list(_ header: String) -> [WeightedItem] {
        split(header.lowercased(), at: ",").prefix(mostItems).compactMap(WeightedItem.init)
    }

    private init?(_ item: String) {
        let parts = WeightedItem.split(item, at: ";").map(WeightedItem.trimmed)
        guard let name = parts.first, !name.isEmpty else { return nil }
        var (weight, parameters): (Int, [(String, String)]) = (1000, [])
        for part in parts.dropFirst() {
            guard let sign = part.firstIndex(of: "=") else { continue }
            let key = WeightedItem.trimmed(String(part[..<sign]))
            let value = WeightedItem.unquoted(WeightedItem.trimmed(String(part[part.index(after: sign)...])))
            if key == "q" {
                guard let number = WeightedItem.thousandths(value) else { return nil }
                weight = number
            } else {
                parameters.append((key, value))
            }
        }
        (self.name, self.parameters, self.weight) = (name, parameters, weight)
    }

    /// Splits at a separator that is in no quotes.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var (parts, isQuoted, isEscaped) = ([""], false, false)
        for character in text {
            if character == separator, !isQuoted {
                parts.append("")
                continue
            }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && !isEscaped && isQuoted
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }

    private static func unquoted(_ text: String) -> String {
        text.count >= 2 && text.first == "\"" && text.last == "\"" ? String(text.dropFirst().dropLast()) : text
    }

    /// `0.8`: from 0 to 1, with three digits at most.
    private static func thousandths(_ text: String) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole == "0" || whole == "1" else { return nil }
        let digits = parts.count == 2 ? parts[1] : ""
        guard digits.count <= 3, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let fraction = Int(digits + String(repeating: "0", count: 3 - digits.count)) ?? 0
        let weight = (whole == "1" ? 1000 : 0) + fraction
        return weight <= 1000 ? weight : nil
    }
}
