import HTMLReport
import LatencyHistogram
import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

/// Whole pages and drawings, compared with files that a person has looked at in a browser.
@Suite struct HTMLReportTests {
    static let pages: [(String, [UInt8])] = {
        var waiting = Fixtures.empty
        waiting.inFlight = Fixtures.inFlight
        var slow = Fixtures.slowProfile
        slow.vdso = Fixtures.vdso
        return [
            ("typical", HTMLReport.render(Fixtures.typical)),
            ("by-name", HTMLReport.render(Fixtures.troubled, options: .init(sort: .name))),
            ("slow-and-vdso", HTMLReport.render(slow)), ("sampled", HTMLReport.render(Fixtures.sampled)),
            ("by-interval", HTMLReport.render(Fixtures.byInterval)), ("extreme", HTMLReport.render(Fixtures.extreme)),
            ("wide", HTMLReport.render(Fixtures.wide)), ("empty", HTMLReport.render(waiting)),
            (
                "overlay",
                HTMLReport.render(overlaying: [
                    .init(name: "before.syslat", profile: Fixtures.byInterval),
                    .init(name: "after.syslat", profile: Fixtures.uring),
                ])
            ),
        ]
    }()

    @Test(arguments: pages.map(\.0))
    func `every page is as in its snapshot`(_ name: String) throws {
        let page = try #require(Self.pages.first { $0.0 == name }).1
        try Snapshot().verify(Page(page).body, is: "\(name).html")
    }

    @Test func `a plot alone is as in its snapshot`() throws {
        let plot = try #require(HTMLReport.plot("read", of: Fixtures.typical))
        try Snapshot().verify(String(decoding: plot, as: UTF8.self), is: "read.svg")
    }

    @Test func `a plot is found by the name of its call, with its ABI or without`() {
        #expect(HTMLReport.plot("ia32:write", of: Fixtures.typical) != nil)
        #expect(HTMLReport.plot("ia32:write", of: Fixtures.typical) != HTMLReport.plot("write", of: Fixtures.typical))
        #expect(HTMLReport.plot("fsync", of: Fixtures.typical) == nil)
        #expect(HTMLReport.plot("", of: Fixtures.empty) == nil)
    }

    @Test func `the same profile gives the same bytes`() {
        #expect(HTMLReport.render(Fixtures.typical) == HTMLReport.render(Fixtures.typical))
        #expect(HTMLReport.render(overlaying: [.init(name: "x", profile: Fixtures.typical)]) == HTMLReport.render(Fixtures.typical))
    }

    /// Of what threads without work sleep in, the times are the longest and the least interesting.
    @Test func `the chapter is unfolded whose slow calls the text report has first, and otherwise one that isn't a wait for work`()
        throws
    {
        func unfolded(_ profile: Profile) -> String {
            Page(HTMLReport.render(profile)).body.components(from: "<details open=\"\"", to: "</summary>")
                .components(from: "<bdi>", to: "</bdi>")
        }
        let slow = Fixtures.slowProfile
        let first = try #require(slow.slowCalls?.kinds.first)
        #expect(!first.id.isIdleWait && unfolded(slow) == first.id.label(on: slow.host))
        var plain = slow
        plain.slowCalls = nil
        let longest = try #require(plain.calls.filter { !$0.id.isIdleWait }.max { $0.distribution.sum < $1.distribution.sum })
        #expect(unfolded(plain) == longest.id.label(on: plain.host))
        let printed = Page(HTMLReport.render(slow)).body.ranges(of: "class=\"pr\"").count
        #expect(printed == 3)
    }

    /// What waits for work has the most time and comes last, of calls as of processes and other groups.
    @Test func `tables have the order of the text report`() {
        var profile = Fixtures.typical
        func series(_ call: Int32, _ nanoseconds: UInt64) -> [ProcessSeries] {
            [
                ProcessSeries(
                    id: SyscallID(abi: .x86_64, number: call), outcome: .blocked, failed: false, calls: 5,
                    totalNanoseconds: nanoseconds)
            ]
        }
        // 232 is epoll_wait, 1 is write.
        let (sleeps, works) = (series(232, 9_000_000), series(1, 50_000))
        profile.processes = [
            ProcessProfile(pid: 7, comm: "sleeper", series: sleeps), ProcessProfile(pid: 8, comm: "worker", series: works),
        ]
        profile.groups = CallGroups(
            kind: .comm, groups: [CallGroup(key: .comm("sleeper"), series: sleeps), CallGroup(key: .comm("worker"), series: works)])
        let body = Page(HTMLReport.render(profile)).body
        let calls = body.components(from: "<table class=\"calls", to: "</tbody>").rowNames
        #expect(calls == SortKey.active.sorted(profile.tableRowsOfCalls).map(\.name) && calls.last == "futex")
        #expect(calls != SortKey.total.sorted(profile.tableRowsOfCalls).map(\.name))
        let processes = body.components(from: "Processes</h2>", to: "</tbody>").rowNames.filter { $0.contains("er (") }
        #expect(processes == ["worker (8)", "sleeper (7)"])
        let names = body.components(from: "Names</h2>", to: "</tbody>").rowNames.filter { $0.hasSuffix("er") }
        #expect(names == ["worker", "sleeper"])
        #expect(Page(HTMLReport.render(profile, options: .init(sort: .total))).body.contains("come last") == false)
        #expect(
            body.contains("Idle waits, in which threads without work sleep (epoll_wait, futex), come last whatever their time."))
    }

    @Test func `so many calls that nobody can count them are no fault of the balance`() {
        var profile = Fixtures.typical
        func page(entered: UInt64, completed: UInt64) -> String {
            profile.balance = Balance(entered: entered, completed: completed, inFlight: 0, neverReturned: 0, lostByCause: [:])
            return Page(HTMLReport.render(profile)).body
        }
        let most = page(entered: .max, completed: .max)
        #expect(most.contains("the balance cannot be checked: counts stop at 18,446,744,073,709,551,615"))
        #expect(most.contains("so many calls cannot be checked") && most.contains("entered ? 18,446"))
        #expect(!most.contains("does not close") && !most.contains("bug of syslat"))
        #expect(page(entered: 5, completed: 6).contains("the balance does not close"))
    }

    @Test func `nothing recorded is explained, and no profile at all is a page too`() {
        #expect(Page(HTMLReport.render(Fixtures.empty)).body.contains("No system call began"))
        #expect(Page(HTMLReport.render(overlaying: [])).body.contains("No call completed"))
    }

    @Test func `a page of many calls and intervals is small enough to be mailed`() {
        let service = HTMLReport.render(Fixtures.service(calls: 40, intervals: 600, seconds: 1))
        #expect(service.count <= 250 * 1024)
    }
}

/// A page without its constant parts, so snapshots show what a profile gave.
struct Page {
    let body: String
    let policy: String
    let script: String

    init(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let afterStyle = text.components(from: "</style>", to: "<script>")
        body = afterStyle
        script = text.components(from: "<script>", to: "</script>")
        policy = text.components(from: "content=\"", to: "\"")
    }
}

extension String {
    /// The first cells of the rows of a table, without their markup.
    fileprivate var rowNames: [String] {
        split(separator: "scope=\"row\">", omittingEmptySubsequences: false).dropFirst().map { part in
            let cell = String(part[..<(part.firstRange(of: "</th>")?.lowerBound ?? part.endIndex)])
            return cell.replacing(#/<[^>]*>/#, with: "")
        }
    }

    /// What stands between two texts, the first time; empty if it doesn't.
    fileprivate func components(from start: String, to end: String) -> String {
        guard let first = firstRange(of: start) else { return "" }
        let rest = self[first.upperBound...]
        guard let last = rest.firstRange(of: end) else { return String(rest) }
        return String(rest[..<last.lowerBound])
    }
}
