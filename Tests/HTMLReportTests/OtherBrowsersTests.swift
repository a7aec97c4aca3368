import Comparison
import Foundation
import HTMLReport
import Presentation
import ReportFixtures
import TestSupport
import Testing

/// What parsers, checkers and browsers of others make of pages of comparisons.
@Suite(.serialized, .enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing))) struct ComparisonOracleTests {
    private static func pages() throws -> [(String, [UInt8])] {
        try Comparisons.names.map { ($0, HTMLReport.render(try Comparisons.comparison($0))) }
            + Diffs.names.map { ($0, HTMLReport.render(try Diffs.diff($0), arch: "x86_64")) }
    }

    private func check(_ documents: [OracleTests.Document]) throws -> [OracleTests.Finding] {
        let given = String(decoding: try JSONEncoder().encode(documents), as: UTF8.self)
        return try Oracles.ask("check_html.py", about: given, for: [OracleTests.Finding].self)
    }

    @Test func `pages are well-formed, and names add nothing to them`() throws {
        let hostile = try HostileComparisonTests.nasty.map { HTMLReport.render(try HostileComparisonTests.comparison(saying: $0)) }
        let documents = (try Self.pages().map(\.1) + hostile).map { OracleTests.Document("html", $0) }
        for (finding, document) in zip(try check(documents), documents) {
            #expect(finding.errors == [], "\(document.text.prefix(200))")
            #expect(Set(finding.tags).subtracting(OracleTests.elements) == [])
            #expect(!finding.attributes.contains { $0.hasPrefix("on") || $0 == "style" || $0 == "src" })
        }
    }

    /// Each sentence is said once, for the text report and the page alike.
    @Test func `a page says what the text report says`() throws {
        for name in Comparisons.names {
            let comparison = try Comparisons.comparison(name)
            let words = ComparisonWords(comparison: comparison)
            let text = try #require(try check([.init("html", HTMLReport.render(comparison))]).first).text
            let sentences =
                [words.title, String(words.verdict.dropFirst()), words.method] + words.service + comparison.warnings
                + words.notGated
                + words.besideGate + words.moves + words.undecided + words.appearances + words.vdso
                + (comparison.gated.isEmpty ? [] : [words.legend])
            for sentence in sentences { #expect(text.contains(sentence), "\(name): \(sentence)") }
            for cell in comparison.gated { #expect(text.contains(ComparisonWords.name(cell, comparison)), "\(name)") }
            for difference in comparison.differences { #expect(text.contains(difference.name), "\(name)") }
        }
    }

    @Test(.enabled(if: Oracles.isWanted("tidy"), Comment(rawValue: Oracles.missingProgram("tidy"))))
    func `tidy finds nothing`() throws {
        for (name, page) in try Self.pages() + HTMLReportTests.pages { #expect(try Oracles.tidy(page) == [], "\(name)") }
        #expect(try Oracles.tidy(Array("<!DOCTYPE html><html><p><b>x</p></html>".utf8)) != [])
    }

    @Test(.enabled(if: Oracles.isWanted("firefox-esr"), Comment(rawValue: Oracles.missingProgram("firefox-esr"))))
    func `firefox draws pages in colour, and as narrow as a phone`() throws {
        struct Item: Encodable { var page: String, width: Int }
        struct Picture: Decodable { var width, height, colors: Int }
        let pages = [try #require(try Self.pages().first).1, HTMLReport.render(Fixtures.byInterval)]
        let items = pages.flatMap { page in [900, 400].map { Item(page: String(decoding: page, as: UTF8.self), width: $0) } }
        let pictures = try Oracles.ask(
            "firefox.py", about: String(decoding: try JSONEncoder().encode(items), as: UTF8.self), for: [Picture].self)
        for (picture, item) in zip(pictures, items) {
            #expect(picture.width == item.width)
            // Text alone has shades of grey.
            #expect(picture.colors > 300, "\(picture)")
        }
    }
}

@Suite(.serialized, .enabled(if: Oracles.chromiumIsWanted, Comment(rawValue: Oracles.missingChromium)))
struct ComparisonBrowserTests {
    @Test(arguments: ["regressed", "weighted", "nothing"])
    func `a comparison is whole, silent, narrow enough for a phone, readable and printable`(_ name: String) throws {
        let page = HTMLReport.render(try Comparisons.comparison(name))
        for (view, width) in zip(try BrowserTests.look(page), [1280, 360]) {
            #expect(view.messages == [])
            #expect(view.requests.count == 1 && view.requests.allSatisfy { $0.hasPrefix("file:") })
            #expect(view.width <= width)
            #expect(view.contrast >= 4.5)
            if width == 1280 { #expect(try #require(view.pdf) > 10_000) }
        }
    }

    @Test func `hostile names run nothing`() throws {
        for text in HostileComparisonTests.nasty.prefix(4) {
            for view in try BrowserTests.look(HTMLReport.render(try HostileComparisonTests.comparison(saying: text))) {
                #expect(view.canary == "undefined")
                #expect(view.messages == [] && view.requests.count == 1)
            }
        }
    }

    @Test func `axe finds no page that somebody can't use`() throws {
        struct Answer: Decodable {
            struct Page: Decodable { var passes: Int, violations: [String] }
            var engine: String, pages: [Page]
        }
        var pages = try ["regressed", "one-boot"].map { HTMLReport.render(try Comparisons.comparison($0)) }
        pages.append(HTMLReport.render(try Diffs.diff("typical"), arch: "x86_64"))
        pages += HTMLReportTests.pages.filter { ["by-interval", "overlay"].contains($0.0) }.map(\.1)
        for page in pages {
            let given = String(decoding: try JSONEncoder().encode([String(decoding: page, as: UTF8.self)]), as: UTF8.self)
            let answer = try Oracles.ask("accessibility.py", about: given, for: Answer.self)
            #expect(answer.engine == "axe-core" && answer.pages.count == 2)
            #expect(answer.pages.flatMap(\.violations) == [])
            #expect(answer.pages.allSatisfy { $0.passes > 15 })
        }
    }
}
