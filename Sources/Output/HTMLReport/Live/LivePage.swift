import Graphics
import Presentation
package import Profile

/// A capture that goes on, as a page: a stretch of its last hour, and the state of now. It is whole without a script; with it, what stands in
/// `main` is replaced each second.
package enum LivePage {
    /// What is shown.
    package struct Content: Sendable {
        /// The calls of the stretch, and the intervals of those that are open.
        package var stretch: Profile
        /// All since the start.
        package var whole: Profile
        /// Where the stretch ends, in nanoseconds from the start of the capture.
        package var end: UInt64
        /// What is known of the server, each with its name.
        package var facts: [(name: String, text: String)]

        package init(stretch: Profile, whole: Profile, end: UInt64, facts: [(name: String, text: String)]) {
            (self.stretch, self.whole, self.end, self.facts) = (stretch, whole, end, facts)
        }
    }

    /// More rows say nothing to anybody.
    private static let mostRows = 250

    /// What the page may load and run: its own style and its own script.
    package static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'"

    package static let style = (StyleSheet.colorsOfPage + StyleSheet.plots + PageStyle.sheet + LiveStyle.sheet).text
    package static let script = ([PageScript.opening, LiveScript.text, PageScript.plots, PageScript.closing]).map { "\($0)" }
        .joined()

    /// The whole page, in UTF-8.
    package static func page(_ content: Content, _ choice: LiveChoice) -> [UInt8] {
        var html = HTML()
        html.constant("<!DOCTYPE html>\n")
        html.element(.html, [.with(.lang, "en")]) { html in
            html.element(.head) { head in
                head.empty(.meta, [.with(.charset, "utf-8")])
                head.empty(.meta, [.with(.name, "viewport"), .with(.content, "width=device-width,initial-scale=1")])
                head.empty(.meta, [.with(.name, "color-scheme"), .with(.content, "light dark")])
                head.element(.title, text: "syslat: \(content.whole.capture.scope)")
                head.constant("<link rel=\"stylesheet\" href=\"/live.css\"/><script src=\"/live.js\" defer=\"\"></script>\n")
            }
            html.element(.body) { body in
                header(content, choice, in: &body)
                body.element(.main) { $0.append(main(content, choice)) }
                body.constant(
                    """
                    <footer><p><a href="/metrics">/metrics</a> for Prometheus · <a href="/api/v1/profile">/api/v1/profile</a> since the start ·
                    <a href="/-/healthy">/-/healthy</a> · <a href="/-/ready">/-/ready</a></p></footer>

                    """)
            }
        }
        html.newline()
        return html.bytes
    }

    /// What stands in `main`.
    package static func parts(_ content: Content, _ choice: LiveChoice) -> [UInt8] { main(content, choice).bytes }

    private static func main(_ content: Content, _ choice: LiveChoice) -> HTML {
        var (shown, whole) = (content.stretch, content.whole)
        let wanted = choice.filter.lowercased()
        if !wanted.isEmpty { shown.calls.removeAll { !$0.id.label(on: shown.host).lowercased().contains(wanted) } }
        let hidden = UInt64(content.stretch.calls.count - shown.calls.count)
        let context = PageContext(shown, HTMLReport.Options(sort: choice.sort))
        whole.intervals = []
        let now = PageContext(whole, HTMLReport.Options())
        var html = HTML()
        StretchBar.add(to: &html, content, choice)
        WarningsSection.add(to: &html, whole)
        SummarySection.add(to: &html, context)
        if shown.calls.isEmpty {
            let words = hidden > 0 ? "No call has “\(choice.filter)” in its name." : "No call completed in this stretch."
            html.element(.p, [.class("lead")], text: words)
        }
        LiveTable(context: context, whole: whole, choice: choice, most: mostRows).add(to: &html, hidden: hidden)
        InFlightSection.add(to: &html, now, title: "In flight now")
        ErrorsSection.add(to: &html, context)
        VDSOSection.add(to: &html, now)
        LiveState.add(to: &html, content)
        return html
    }

    private static func header(_ content: Content, _ choice: LiveChoice, in html: inout HTML) {
        html.element(.header) { header in
            header.element(.h1) { title in
                title.text("System calls of ")
                title.element(.bdi, text: content.whole.capture.scope.isEmpty ? "an unknown target" : content.whole.capture.scope)
            }
            LiveForm.add(to: &header, choice)
            header.element(.p, [.anchor(HTML.Anchor("state")), .with(.role, "status")], text: "")
        }
        html.newline()
    }
}

/// Which stretch is shown, with the ways to hold it and to keep it.
enum StretchBar {
    static func add(to html: inout HTML, _ content: LivePage.Content, _ choice: LiveChoice) {
        let capture = content.stretch.capture
        let start = Timestamp.readable(nanosecondsSince1970: capture.startedAtNanoseconds)
        let isHeld = choice.until != nil
        let held = choice.with { $0.until = isHeld ? nil : content.end }
        html.element(.p, [.class("stretch"), .with(.value, String(content.end))]) { line in
            line.element(.strong, text: isHeld ? "Held: " : "Live: ")
            line.text("\(HumanFormat.duration(nanoseconds: capture.durationNanoseconds)) from \(start). ")
            line.element(
                .a, [.link(to: HTML.Address(query: held.query)), .with(.key, "hold"), .class("button")],
                text: isHeld ? "Go on" : "Pause")
            for (format, name) in [("syslat", "Download"), ("html", "as a page"), ("json", "as JSON")] {
                let query = [
                    ("window", "\(capture.durationNanoseconds)ns"), ("until", "\(content.end)ns"), ("format", format),
                ]
                line.text(" ")
                line.element(
                    .a, [.link(to: HTML.Address(path: "/api/v1/profile", query: query)), .with(.key, format), .class("button")],
                    text: name)
            }
        }
        html.newline()
    }
}

/// Where the reader says what to show. Without a script its button asks for the page anew.
enum LiveForm {
    static func add(to html: inout HTML, _ choice: LiveChoice) {
        html.element(.form, [.class("tools"), .with(.label, "What is shown")]) { form in
            for (name, value) in choice.query where name == "sort" || name == "call" || name == "until" {
                form.empty(.input, [.with(.type, "hidden"), .with(.name, name), .with(.field, value)])
            }
            form.element(.label) { label in
                label.text("Calls named ")
                label.empty(.input, [.with(.type, "search"), .with(.name, "filter"), .with(.field, choice.filter)])
            }
            let windows = LiveChoice.windows
            let isUsual = windows.contains { $0.nanoseconds == choice.window }
            let own = isUsual ? [] : [(HumanFormat.duration(nanoseconds: choice.window), "\(choice.window)ns")]
            let chosen = windows.first { $0.nanoseconds == choice.window }?.value ?? "\(choice.window)ns"
            select("Stretch of ", "window", windows.map { ($0.name, $0.value) } + own, chosen: chosen, in: &form)
            let ends = [("as below", ""), ("now", "0m")] + LiveChoice.pasts.map { ($0.name, $0.value) }
            select("ending ", "ago", ends, chosen: "", in: &form)
            form.element(.button, text: "Show")
        }
    }

    private static func select(
        _ title: String, _ name: String, _ options: [(name: String, value: String)], chosen: String, in html: inout HTML
    ) {
        html.element(.label) { label in
            label.text(title)
            label.element(.select, [.with(.name, name)]) { select in
                for option in options {
                    let isChosen: [HTML.Attribute] = option.value == chosen ? [.with(.selected, "")] : []
                    select.element(.option, [.with(.field, option.value)] + isChosen, text: option.name)
                }
            }
        }
    }
}
