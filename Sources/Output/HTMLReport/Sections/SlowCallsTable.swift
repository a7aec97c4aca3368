import Graphics
import Presentation
import Profile

/// The single calls of one kind that were kept with their details.
enum SlowCallsTable {
    /// How many calls are listed of each system call. The JSON has all.
    private static let callsShown = 20

    /// - Parameter profile: what the plots beside the table are of: their axes begin where it does.
    static func add(to html: inout HTML, _ calls: [SlowCall], _ profile: Profile) {
        guard !calls.isEmpty else { return }
        let shown = calls.prefix(callsShown)
        let more = calls.count > shown.count ? "; \(HumanFormat.count(UInt64(calls.count - shown.count))) more were kept" : ""
        DataTable(
            caption: "The slowest calls\(more). Times are in UTC and, in parentheses, from the start.", style: "slow",
            columns: [
                .init(title: "Entered", isText: true), .init(title: "Latency"), .init(title: "Outcome", isText: true),
                .init(title: "Process", isText: true), .init(title: "Call", isText: true, isSortable: false),
            ],
            rows: shown.map { row($0, profile) }
        ).add(to: &html)
    }

    private static func row(_ call: SlowCall, _ profile: Profile) -> DataTable.Row {
        let line = SlowCallLine(call, on: profile.host)
        var what = HTML()
        what.element(.code, text: line.call + line.result)
        stack("made in", line.userStack, in: &what)
        stack(line.sleep, line.kernelStack, in: &what)
        return DataTable.Row(cells: [
            .text(line.time + sinceStart(call, profile.capture)), .duration(call.durationNanoseconds), .text(line.outcome),
            .text("\(line.task) \(line.tid)"),
            .content(what),
        ])
    }

    /// ` (3.20 s)`: where the call is on an axis of time. Nothing for one that was entered before the axis begins.
    private static func sinceStart(_ call: SlowCall, _ capture: CaptureSummary) -> String {
        let (time, isBefore) = call.startedAtNanoseconds.subtractingReportingOverflow(capture.startedAtNanoseconds)
        guard !isBefore, time <= capture.durationNanoseconds else { return "" }
        // In one piece, where the column is too narrow for both.
        return " (\(HumanFormat.duration(nanoseconds: time).replacing(" ", with: "\u{a0}")))"
    }

    static func stack(_ words: String, _ stack: String?, in html: inout HTML) {
        guard let stack else { return }
        html.element(.div, [.class("stack")]) { line in
            line.text("\(words) ")
            line.element(.code, text: stack)
        }
    }

    /// Which calls were kept, and that some were not.
    static func addNote(to html: inout HTML, _ slow: SlowCalls?) {
        guard let slow else { return }
        let sentence = slow.calls.isEmpty ? "\(slow.title): none." : "\(slow.title) are listed with their details."
        html.element(
            .p, text: [sentence, slow.missing, slow.shortStacks, slow.missingCallers].compactMap { $0 }.joined(separator: " "))
    }
}

/// The calls that had not returned when the capture ended: what is blocked now.
enum InFlightSection {
    private static let callsShown = 100

    static func add(to html: inout HTML, _ context: PageContext, title: String = "In flight at the end") {
        let calls = context.profile.inFlight
        guard !calls.isEmpty else { return }
        let shown = calls.byUrgency(\.id, age: \.ageNanoseconds).prefix(callsShown)
        let more = calls.count > shown.count ? " \(HumanFormat.count(UInt64(calls.count - shown.count))) more were in flight." : ""
        let mark = calls.contains(where: \.beganBefore) ? " ≥: entered before the capture began, and not in the balance." : ""
        html.element(.section) { section in
            section.element(.h2, text: title)
            let caption = "Calls that had not returned, those first that are not just waiting for work.\(mark)\(more)"
            table(of: Array(shown), context.host, caption: caption).add(to: &section)
        }
        html.newline()
    }

    static func table(of calls: [InFlightCall], _ host: Host, caption: String) -> DataTable {
        DataTable(
            caption: caption, style: "slow",
            columns: [
                .init(title: "Call", isText: true), .init(title: "Age"), .init(title: "Process", isText: true),
                .init(title: "Details", isText: true, isSortable: false),
            ],
            rows: calls.prefix(callsShown).map { row($0, host) })
    }

    private static func row(_ call: InFlightCall, _ host: Host) -> DataTable.Row {
        let name = call.id.label(on: host)
        let task = call.pid == call.tid ? "\(call.pid)" : "\(call.pid)/\(call.tid)"
        var details = HTML()
        if let known = call.details {
            let text = CallText.of(call.id, known, on: host)
            if text != name { details.element(.code, text: text) }
            SlowCallsTable.stack("made in", known.userStack.line(in: .user), in: &details)
            SlowCallsTable.stack("is in", known.kernelStack.line(in: .kernel), in: &details)
        }
        let age = (call.beganBefore ? "≥ " : "") + HumanFormat.duration(nanoseconds: call.ageNanoseconds)
        return DataTable.Row(cells: [
            .text(name), DataTable.Cell(text: age, value: call.ageNanoseconds),
            .text("\(SlowCallLine.task(call.comm, call.thread)) (\(task))"), .content(details),
        ])
    }
}
