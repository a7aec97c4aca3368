import Graphics
import LatencyHistogram
package import Presentation
package import Profile
import SyscallTable

/// A profile as one page that needs nothing else: no network, no server, and to be read no script. It can be mailed, printed and archived.
package enum HTMLReport {
    package struct Options: Sendable, Hashable {
        /// By what the tables of calls, processes and other groups are ordered at first.
        package var sort: SortKey

        package init(sort: SortKey = .active) { self.sort = sort }
    }

    /// A profile and what to call it, such as the name of its file. The name may have any text in it.
    package struct Named: Sendable {
        package var name: String
        package var profile: Profile

        package init(name: String, profile: Profile) { (self.name, self.profile) = (name, profile) }
    }

    /// The page, in UTF-8. The same profile always gives the same bytes.
    ///
    /// Complexity: O(all buckets of all intervals).
    package static func render(_ profile: Profile, options: Options = Options()) -> [UInt8] {
        let context = PageContext(profile, options)
        return PageFrame.page(titled: "syslat: \(profile.capture.scope)") { html in
            HeaderSection.add(to: &html, context)
            html.element(.main) { main in
                WarningsSection.add(to: &main, profile)
                SummarySection.add(to: &main, context)
                if profile.calls.isEmpty, profile.workload == nil {
                    main.element(.section) { $0.element(.p, [.class("lead")], text: EmptyCapture.explanation(of: profile)) }
                }
                CallTable.add(to: &main, context)
                WorkloadSection.add(to: &main, context)
                CallChapters.add(to: &main, context)
                InFlightSection.add(to: &main, context)
                ErrorsSection.add(to: &main, context)
                ProcessSection.add(to: &main, context)
                ProcessSection.addGroups(to: &main, context)
                AfterExitSection.add(to: &main, context)
                RefusedSection.add(to: &main, context)
                VDSOSection.add(to: &main, context)
                NotesSection.add(to: &main, context)
            }
        }
    }

    /// Several profiles on one page, call by call, in the order given. One profile is a report of it.
    package static func render(overlaying profiles: [Named], options: Options = Options()) -> [UInt8] {
        if profiles.count == 1 { return render(profiles[0].profile, options: options) }
        return OverlayReport.render(profiles)
    }

    /// The distribution of one call as a drawing in SVG, a file of its own; nil if no call of this name completed. `ia32:write` names one of
    /// another ABI than the machine's.
    package static func plot(_ call: String, of profile: Profile) -> [UInt8]? {
        guard let found = profile.calls.first(where: { $0.id.isNamed(call, on: profile.host) && !$0.distribution.isEmpty }) else {
            return nil
        }
        return DistributionPlot.draw(found, named: found.id.label(on: profile.host)).file.bytes
    }
}

/// What every section of the page needs to know.
struct PageContext {
    let profile: Profile
    let sort: SortKey
    /// The calls in the order of the table, and their rows.
    let calls: [CallProfile]
    let rows: [TableRow]
    let series: IntervalSeries
    /// The places of the calls, in the order in which they are worth reading: as the slow calls of the text report are ordered, then those that
    /// took the most time, and behind them those that threads without work sleep in.
    let reading: [Int]
    var host: Host { profile.host }

    init(_ profile: Profile, _ options: HTMLReport.Options) {
        (self.profile, sort) = (profile, options.sort)
        let rows = profile.tableRowsOfCalls
        let order = options.sort.order(of: rows)
        calls = order.map { profile.calls[$0] }
        self.rows = order.map { rows[$0] }
        series = IntervalSeries(profile.intervals)
        reading = PageContext.reading(
            zip(calls, self.rows).map { (id: $0.id, nanoseconds: $1.totalNanoseconds) }, profile.slowCalls)
    }

    /// Why rows with more time are below others, where they are.
    var noteOfOrder: String? { sort == .active ? OrderNote.ofCalls(rows) : nil }

    private static func reading(_ calls: [(id: SyscallID, nanoseconds: UInt64)], _ slow: SlowCalls?) -> [Int] {
        let slowest = (slow?.kinds ?? []).filter { !$0.id.isIdleWait }.compactMap { kind in calls.firstIndex { $0.id == kind.id } }
        let known = Set(slowest)
        return slowest + calls.indices.byUrgency({ calls[$0].id }, age: { calls[$0].nanoseconds }).filter { !known.contains($0) }
    }
}
