import Exports
import Foundation
import HTMLReport
import LatencyHistogram
import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import TextReport
import Testing

/// What parsers and a browser of others make of the pages.
@Suite(.serialized, .enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing))) struct OracleTests {
    struct Document: Encodable {
        var kind: String
        var text: String

        init(_ kind: String, _ bytes: [UInt8]) { (self.kind, text) = (kind, String(decoding: bytes, as: UTF8.self)) }
    }

    struct Finding: Decodable {
        var errors, tags, attributes: [String]
        var text: String
        var drawings: Int
    }

    private func check(_ documents: [Document]) throws -> [Finding] {
        let given = String(decoding: try JSONEncoder().encode(documents), as: UTF8.self)
        return try Oracles.ask("check_html.py", about: given, for: [Finding].self)
    }

    static let elements: Set<String> = [
        "a", "bdi", "body", "caption", "circle", "code", "dd", "desc", "details", "div", "dl", "dt", "g", "h1", "h2", "h3", "head",
        "header",
        "html", "li",
        "main", "meta", "p", "path", "rect", "script", "section", "span", "strong", "style", "summary", "svg", "table", "tbody",
        "td", "text",
        "tfoot", "th", "thead", "title", "tr", "ul",
    ]

    @Test func `pages and drawings are well-formed`() throws {
        let pages = HTMLReportTests.pages.map { Document("html", $0.1) }
        let names = ["read", "write", "futex", "syscall_9999"]
        let plots = names.compactMap { HTMLReport.plot($0, of: Fixtures.typical) }.map { Document("svg", $0) }
        #expect(plots.count == names.count)
        for (finding, document) in zip(try check(pages + plots), pages + plots) {
            #expect(finding.errors == [], "\(document.text.prefix(200))")
            #expect(finding.drawings > 0 || document.text.contains("No "))
        }
    }

    @Test func `names of programs add no element, no attribute and no direction`() throws {
        var generator = SeededGenerator.fromEnvironment()
        let nasty = [
            "<script>canary=1</script>", "\"><img src=x onerror=canary=1>", "' onmouseover='canary=1",
            "</title><svg/onload=canary=1>", "\u{202e}txt",
            "]]>", "<!--", "&lt;", "\u{0}\u{1b}[2J", "</style></script>",
        ]
        let pages = (0..<rounds(20)).map { round -> Document in
            var profile = Fixtures.hostileProfile(using: &generator)
            let name = nasty[round % nasty.count]
            profile.capture.scope = name
            profile.capture.command = [name, name]
            profile.capture.warnings = [name]
            profile.host.cpuModel = name
            for index in profile.processes.indices {
                (profile.processes[index].comm, profile.processes[index].title) = (name, name + "x")
            }
            for index in profile.inFlight.indices { profile.inFlight[index].comm = name }
            let named = HTMLReport.Named(name: name, profile: profile)
            return Document(
                "html", round.isMultiple(of: 4) ? HTMLReport.render(overlaying: [named, named]) : HTMLReport.render(profile))
        }
        for (finding, page) in zip(try check(pages), pages) {
            #expect(finding.errors == [], "\(finding.errors.prefix(3)) \(page.text.count)")
            #expect(Set(finding.tags).subtracting(Self.elements) == [])
            #expect(!finding.attributes.contains { $0.hasPrefix("on") || $0 == "style" || $0 == "src" })
            #expect(!page.text.unicodeScalars.contains { $0.value == 0x202e || $0.value == 0 || $0.value == 0x1b })
            #expect(page.text.ranges(of: "<script").count == 1)
        }
    }
}

/// A real browser, without a network.
@Suite(.serialized, .enabled(if: Oracles.chromiumIsWanted, Comment(rawValue: Oracles.missingChromium))) struct BrowserTests {
    struct View: Decodable {
        var width: Int
        var rows: [[String]]
        var contrast: Double
        /// Labels of one axis that touch.
        var collisions: [String]
        var canary: String
        /// By column: the names in the first order and the word for it, and the names in the second order.
        var sorted: [String: [SortPart]]
        var tips: [[String]]
        var unfolds: Bool?
        /// The titles of the columns that a reader sees at once.
        var seen: [String]
        /// The rows, those left by a filter that matches none, and what is said then.
        var unmatched: [String]
        var pdf: Int?
        var messages, requests: [String]
    }

    enum SortPart: Decodable {
        case names([String])
        case order(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let order = try? container.decode(String.self) {
                self = .order(order)
            } else {
                self = .names(try container.decode([String].self))
            }
        }

        var names: [String] { if case .names(let names) = self { names } else { [] } }
        var order: String { if case .order(let order) = self { order } else { "" } }
    }

    /// The calls as the table of the text report has them.
    static func namesOfText(_ profile: Profile) -> [String] {
        let names = Set(profile.calls.map { $0.id.label(on: profile.host) })
        let lines = TextReport.render(profile, options: .init()).split(separator: "\n").map(String.init)
        let table = lines.drop { !$0.hasPrefix("CALL") }.prefix { !$0.hasPrefix("total") }
        return table.compactMap { $0.split(separator: " ").first.map(String.init) }.filter(names.contains)
    }

    static func look(_ page: [UInt8]) throws -> [View] {
        let given = String(decoding: try JSONEncoder().encode(["page": String(decoding: page, as: UTF8.self)]), as: UTF8.self)
        return try Oracles.ask("browse.py", about: given, for: [View].self)
    }

    @Test func `a page is whole, silent, narrow enough for a phone, readable, and its figures are those of the JSON`() throws {
        let profile = Fixtures.service(calls: 12, intervals: 40, seconds: 1)
        let json = try JSONSerialization.jsonObject(with: Data(try JSONReport.render(profile).utf8))
        let calls = try #require((json as? [String: Any])?["syscalls"] as? [[String: Any]])
        let order = Self.namesOfText(profile)
        // The two orders differ, so a page in that of the JSON is found out.
        #expect(order.count == calls.count && order != calls.compactMap { $0["name"] as? String })
        for (view, width) in zip(try Self.look(HTMLReport.render(profile)), [1280, 360]) {
            #expect(view.messages == [])
            #expect(view.requests.allSatisfy { $0.hasPrefix("file:") } && view.requests.count == 1)
            #expect(view.width <= width)
            #expect(view.contrast >= 4.5)
            #expect(view.rows.count == calls.count)
            #expect(view.collisions == [])
            #expect(view.rows.map { $0[0] } == order)
            for row in view.rows {
                let call = try #require(calls.first { $0["name"] as? String == row[0] })
                let columns = [
                    2: "total_ns", 4: "p50_ns", 5: "p90_ns", 6: "p99_ns", 7: "p999_ns", 8: "max_ns", 9: "mean_ns", 10: "calls",
                    12: "errors",
                ]
                let rate = Double(call["calls"] as? UInt64 ?? 0) * 1e9 / Double(profile.capture.durationNanoseconds)
                #expect(abs((Double(row[11]) ?? -1) - rate) <= 0.0005, "\(row[0]) \(row[11])")
                for (column, key) in columns { #expect(row[column] == "\(call[key] as? UInt64 ?? 0)", "\(row[0]) \(key)") }
            }
            #expect(view.unfolds == true)
            // Latencies can be read without scrolling sideways.
            #expect(
                view.seen.starts(with: width == 360 ? ["Call", "Total", "p50", "p90", "p99"] : ["Call", "Distribution", "Total"]))
            #expect(view.unmatched == [calls.count, 0, "No call has this in its name."].map { "\($0)" })
            #expect(Set(view.tips.map { $0[0] }) == ["dist", "curve", "heat"])
            #expect(
                view.tips.allSatisfy {
                    $0.count == 2 && $0[1].contains("s") && !$0[1].contains("NaN") && !$0[1].contains("undefined")
                })
        }
    }

    @Test func `columns are sorted by exact values, either way`() throws {
        let profile = Fixtures.typical
        let views = try Self.look(HTMLReport.render(profile))
        let rows = profile.tableRowsOfCalls
        for view in views {
            for (title, key) in [
                ("Calls", SortKey.calls), ("Errors", .errors), ("Total", .total), ("p50", .p50), ("p99.9", .p999), ("Max", .max),
            ] {
                let parts = try #require(view.sorted[title])
                let figures = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
                func values(_ names: [String]) -> [UInt64] {
                    names.compactMap { figures[$0] }.map { row in
                        switch key {
                        case .calls: row.calls
                        case .errors: row.errors
                        case .total: row.totalNanoseconds
                        case .p50: row.figures?[.p50] ?? 0
                        case .p999: row.figures?[.p999] ?? 0
                        default: row.figures?.maximum ?? 0
                        }
                    }
                }
                let (falling, order, rising) = (values(parts[0].names), parts[1].order, values(parts[2].names))
                #expect(falling == falling.sorted(by: >) && falling.count == rows.count, "\(title)")
                #expect(rising == rising.sorted(), "\(title)")
                #expect(order == "descending")
            }
            #expect(view.sorted["Call"]?[1].order == "ascending")
        }
    }

    @Test func `a hostile page runs nothing and is silent`() throws {
        var profile = Fixtures.wide
        profile.capture.scope = "</script><script>canary=1</script><img src=x onerror=\"canary=1\">"
        for index in profile.processes.indices { profile.processes[index].comm = "<script>canary=1</script>" }
        for view in try Self.look(HTMLReport.render(profile)) {
            #expect(view.canary == "undefined")
            #expect(view.messages == [])
            #expect(view.requests.count == 1)
            #expect(view.width <= 1280)
        }
    }

    @Test func `profiles on one page are readable and printable`() throws {
        let page = HTMLReport.render(overlaying: [
            .init(name: "before", profile: Fixtures.typical), .init(name: "after", profile: Fixtures.troubled),
        ])
        for view in try Self.look(page) {
            #expect(view.messages == [])
            #expect(view.contrast >= 4.5)
        }
        #expect(try #require(try Self.look(page)[0].pdf) > 10_000)
    }
}
