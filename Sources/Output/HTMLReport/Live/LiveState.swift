import Graphics
import Presentation
import Profile

/// Where all calls went since the start, what watching them costs, and what is known of the server.
enum LiveState {
    static func add(to html: inout HTML, _ content: LivePage.Content) {
        html.element(.section) { section in
            section.element(.h2, text: "Balance since the start")
            balance(of: content.whole).add(to: &section)
            section.element(.h2, text: "This server and its cost")
            list(of: cost(content) + content.facts, in: &section)
        }
        html.newline()
        NotesSection.add(to: &html, PageContext(content.whole.withoutIntervals, HTMLReport.Options()))
    }

    private static func balance(of profile: Profile) -> DataTable {
        let balance = profile.balance
        var rows: [(String, UInt64, String)] = [
            ("Entered", balance.entered, "counted at entry"), ("Completed", balance.completed, ""),
            ("In flight", balance.inFlight, "not returned yet"),
            ("Never returned", balance.neverReturned, "ended with their thread"),
            ("On their way", balance.inBatches, "completed, and in no figure yet"),
        ]
        rows += balance.lostByCause.sorted { $0.key.rawValue < $1.key.rawValue }.map { ("Lost", $0.value, $0.key.sentence) }
        if balance.lost == 0 { rows.append(("Lost", 0, "")) }
        rows += [
            ("Began before", balance.beganBefore, "entered before the capture; not in the sum"),
            ("Not measured", balance.unmeasured, "completed, and only counted: sampling"),
        ]
        return DataTable(
            caption: balance.closes
                ? "What entered is what completed, is in flight, never returned, is on its way or is lost."
                : balance.isBeyondCounting ? "So many calls cannot be checked." : "The balance does not close.",
            style: "words",
            columns: [.init(title: "Calls", isText: true), .init(title: "Count"), .init(title: "What that is", isText: true)],
            rows: rows.map { DataTable.Row(cells: [.text($0.0), .count($0.1), .text($0.2)]) }, isSortable: false)
    }

    private static func cost(_ content: LivePage.Content) -> [(name: String, text: String)] {
        func share(_ capture: CaptureSummary) -> String {
            HumanFormat.percentage(capture.consumerCPUNanoseconds, of: max(1, capture.durationNanoseconds))
        }
        return [
            (
                "Own cost",
                "\(share(content.stretch.capture)) of a CPU in this stretch, \(share(content.whole.capture)) since the start, without the "
                    + "programs in the kernel"
            )
        ]
    }

    private static func list(of facts: [(name: String, text: String)], in html: inout HTML) {
        html.element(.dl, [.class("facts")]) { list in
            for fact in facts {
                list.element(.div) { pair in
                    pair.element(.dt, text: fact.name)
                    pair.element(.dd) { $0.element(.bdi, text: fact.text) }
                }
            }
        }
    }
}

extension Profile {
    fileprivate var withoutIntervals: Profile {
        var copy = self
        copy.intervals = []
        return copy
    }
}
