import Comparison
import HTMLReport
import Presentation
import Profile
import ProfileExercise
import ReportFixtures
import TestSupport
import Testing

/// Pages of comparisons and diffs.
@Suite struct ComparisonPageTests {
    @Test(arguments: ["regressed", "one-boot", "nothing", "weighted"])
    func `pages of comparisons are as in their snapshots`(_ name: String) throws {
        let page = HTMLReport.render(try Comparisons.comparison(name))
        try Snapshot().verify(Page(page).body, is: "compare-\(name).html")
    }

    @Test func `a page of a diff is as in its snapshot`() throws {
        let page = HTMLReport.render(try Diffs.diff("typical"), arch: "x86_64")
        try Snapshot().verify(Page(page).body, is: "diff.html")
    }

    @Test(arguments: Comparisons.names)
    func `the same comparison gives the same bytes, whatever the order of its files`(_ name: String) throws {
        #expect(HTMLReport.render(try Comparisons.comparison(name)) == HTMLReport.render(try Comparisons.comparison(name)))
        var (base, new) = Comparisons.sides(factors: [257: 1.23])
        let page = HTMLReport.render(try Comparer.compare(base: base, new: new))
        (base, new) = (base.reversed(), new.reversed())
        #expect(page == HTMLReport.render(try Comparer.compare(base: base, new: new)))
    }

    @Test(arguments: Comparisons.names)
    func `the verdict stands on top, in words and with a style of its own`(_ name: String) throws {
        let comparison = try Comparisons.comparison(name)
        let body = Page(HTMLReport.render(comparison)).body
        let words = ComparisonWords(comparison: comparison)
        let title = try #require(body.firstRange(of: "</span>\(words.title)</h1>"))
        let main = try #require(body.firstRange(of: "<main>"))
        #expect(title.upperBound < main.lowerBound)
        let style = ["passed": "vi", "regressed": "vr", "inconclusive": "vu"][comparison.outcome.rawValue] ?? ""
        #expect(body.contains("<header class=\"verdict \(style)\">"))
    }

    @Test(arguments: Comparisons.names)
    func `every gated cell stands in a plot and in the table, with its verdict`(_ name: String) throws {
        let comparison = try Comparisons.comparison(name)
        let body = Page(HTMLReport.render(comparison)).body
        // Each row of the forest plot is a group with a title.
        #expect(body.ranges(of: "<g class=\"row\">").count == comparison.gated.count)
        for cell in comparison.gated {
            #expect(body.contains("\(cell.verdict.rawValue)</text>"))
            #expect(body.contains("</span>\(cell.verdict.rawValue)</span>"))
        }
    }

    @Test func `those that regressed are unfolded, else the first`() throws {
        let regressed = Page(HTMLReport.render(try Comparisons.comparison("regressed"))).body
        #expect(regressed.ranges(of: "<details open=\"\">").count == 1)
        #expect(regressed.contains("<details open=\"\"><summary><strong><bdi>openat</bdi>"))
        let passed = Page(HTMLReport.render(try Comparisons.comparison("passed"))).body
        #expect(passed.contains("<details open=\"\"><summary><strong><bdi>epoll_wait</bdi>"))
    }

    @Test func `each boot has a line and a dot`() throws {
        let body = Page(HTMLReport.render(try Comparisons.comparison("three-boots"))).body
        let comparison = try Comparisons.comparison("three-boots")
        let subjects = Set(comparison.gated.map(\.subject))
        for side in ["BASE", "NEW"] {
            for boot in 1...3 {
                #expect(body.ranges(of: "<title>\(side), boot \(boot)</title>").count == subjects.count)
                #expect(body.ranges(of: "<title>\(side), boot \(boot): ").count == comparison.gated.count)
            }
        }
        #expect(!body.contains("boot 4"))
    }

    @Test func `many cells beside the gate don't make a page that nobody mails`() throws {
        let names = (0..<300).map { number in
            SyntheticNames.call(Int32(number))
        }
        let comparison = try SyntheticNames.comparison(of: names)
        let page = HTMLReport.render(comparison)
        #expect(page.count <= 250 * 1024, "\(page.count)")
        #expect(comparison.others.count > 600)
    }
}

/// Text of others stays text in comparisons too.
@Suite struct HostileComparisonTests {
    static let nasty = [
        "<script>canary=1</script>", "\"><img src=x onerror=canary=1>", "' onmouseover='canary=1", "</title><svg/onload=canary=1>",
        "\u{202e}txt", "]]>", "<!--", "&lt;", "\u{0}\u{1b}[2J", "</style></script>", String(repeating: "x<", count: 4000),
    ]

    /// A comparison with this text wherever a profile may have text.
    static func comparison(saying text: String) throws -> Comparison {
        let edit: (inout ComparedFile) -> Void = { file in
            file.path += text
            file.profile.tool = text
            file.profile.host.kernelRelease += text
            file.profile.host.kernelVersion = text
            file.profile.host.cpuModel = text
            file.profile.host.mitigations[text] = text
            file.profile.host.vdsoSymbols.append(text)
            for index in file.profile.workload?.cases.indices ?? 0..<0 { file.profile.workload?.cases[index].name += text }
        }
        var (base, new) = (SyntheticNames.workload(seed: 1), SyntheticNames.workload(seed: 2))
        for index in base.indices { edit(&base[index]) }
        for index in new.indices {
            edit(&new[index])
            new[index].profile.host.cpuModel += "!"
        }
        return try Comparer.compare(base: base, new: new, options: ComparisonOptions(gate: [.p50, .untraced]))
    }

    @Test(arguments: nasty)
    func `names are text wherever they stand`(_ text: String) throws {
        let page = HTMLReport.render(try Self.comparison(saying: text))
        #expect(MarkupCheck.fault(in: page) == nil)
        let shown = String(decoding: page, as: UTF8.self)
        #expect(!shown.contains("<img") && !shown.contains("<script>canary"))
        #expect(shown.ranges(of: "<script").count == 1)
    }
}

@Suite struct MarkupCheckTests {
    @Test(arguments: [
        "<p>a</p>", "<!DOCTYPE html>\n<html><head><style>a>b{}</style></head></html>", "<a href=\"#x\">&lt;</a>",
        "<path d=\"M1 2\"/>",
    ])
    func `what is well-formed passes`(_ text: String) { #expect(MarkupCheck.fault(in: Array(text.utf8)) == nil) }

    @Test(arguments: [
        "<p>", "</p>", "<p><b></p>", "<img/>", "<p onclick=\"x\">a</p>", "<p id=\"1\" id=\"2\">a</p>", "<p id=x>a</p>", "a & b",
        "a > b", "<a href=\"http://x\">a</a>", "<p id=\"<\">a</p>", "<script>1</script><script>2</script>", "\u{1b}", "<p>a</p><",
        "&nbsp;", "<p style=\"x\">a</p>", "\u{202e}", "<p id=\"a", "<p>a</div>",
    ])
    func `every fault is found`(_ text: String) { #expect(MarkupCheck.fault(in: Array(text.utf8)) != nil) }

    @Test func `pages of made-up profiles pass, and a byte less or more doesn't`() throws {
        for (name, page) in HTMLReportTests.pages {
            #expect(MarkupCheck.fault(in: page) == nil, "\(name)")
            #expect(MarkupCheck.fault(in: page.dropLast(3)) != nil, "\(name)")
            #expect(MarkupCheck.fault(in: page + Array("<".utf8)) != nil, "\(name)")
        }
        for name in Comparisons.names { #expect(MarkupCheck.fault(in: HTMLReport.render(try Comparisons.comparison(name))) == nil) }
        for name in Diffs.names {
            #expect(MarkupCheck.fault(in: HTMLReport.render(try Diffs.diff(name), arch: "x86_64")) == nil)
        }
    }
}
