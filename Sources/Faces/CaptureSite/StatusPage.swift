import Graphics
import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// The page at `/`: what is captured, how that goes, and the calls, as a table. It needs no script, no style and nothing from elsewhere.
enum StatusPage {
    /// Nothing may be loaded, run or framed, whatever the page says.
    static let headers = [
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ]

    static func render(_ profile: Profile, _ facts: CaptureSite.Facts, keptNanoseconds: UInt64, keptBytes: Int) -> [UInt8] {
        var html = HTML()
        html.constant("<!DOCTYPE html>\n")
        html.element(.html, [.with(.lang, "en")]) { html in
            html.element(.head) { head in
                head.empty(.meta, [.with(.charset, "utf-8")])
                head.empty(.meta, [.with(.name, "viewport"), .with(.content, "width=device-width,initial-scale=1")])
                head.empty(.meta, [.with(.name, "color-scheme"), .with(.content, "light dark")])
                head.element(.title, text: "syslat: \(profile.capture.scope)")
            }
            html.newline()
            html.element(.body) { body in
                body.element(.h1, text: "syslat")
                list(of: lines(profile, facts, keptNanoseconds: keptNanoseconds, keptBytes: keptBytes), in: &body)
                for warning in Warning.all(of: profile) { body.element(.p, text: warning.sentence) }
                table(of: profile, in: &body)
                body.constant(
                    """
                    <p><a href="/metrics">/metrics</a> · <a href="/api/v1/profile?window=60s">/api/v1/profile?window=60s</a> ·
                    <a href="/api/v1/profile?window=60s&amp;format=syslat">the same as a file for syslat report</a> ·
                    <a href="/-/healthy">/-/healthy</a> · <a href="/-/ready">/-/ready</a></p>

                    """)
            }
        }
        html.newline()
        return html.bytes
    }

    private static func lines(
        _ profile: Profile, _ facts: CaptureSite.Facts, keptNanoseconds: UInt64, keptBytes: Int
    ) -> [(String, String)] {
        let (capture, balance) = (profile.capture, profile.balance)
        let duration = capture.durationNanoseconds
        let own = HumanFormat.percentage(capture.consumerCPUNanoseconds, of: max(1, duration))
        let capabilities = facts.capabilities.isEmpty ? "none" : facts.capabilities.joined(separator: ", ")
        var lines = [
            ("Version", facts.version), ("Target", capture.scope), ("Kernel", profile.host.kernelRelease),
            ("Running for", HumanFormat.duration(nanoseconds: duration)),
            (
                "Balance",
                "\(HumanFormat.count(balance.entered)) calls entered: \(HumanFormat.count(balance.completed)) completed, "
                    + "\(HumanFormat.count(balance.inFlight)) in flight, \(HumanFormat.count(balance.neverReturned)) never returned, "
                    + "\(HumanFormat.count(balance.inBatches)) on their way, \(HumanFormat.count(balance.lost)) lost"
            ),
            ("Own cost", "\(own) of a CPU, without the programs in the kernel"),
            (
                "Kept",
                "\(HumanFormat.duration(nanoseconds: keptNanoseconds)) of windows, \(HumanFormat.count(UInt64(keptBytes))) bytes"
            ),
            ("Capabilities still held", "\(capabilities); the thread that reads HTTP holds none"),
        ]
        if let selection = capture.selection { lines.insert(("Calls", selection), at: 2) }
        return lines
    }

    private static func list(of lines: [(String, String)], in html: inout HTML) {
        html.element(.dl) { list in
            for (name, text) in lines {
                list.element(.dt, text: name)
                list.element(.dd, text: text)
            }
        }
        html.newline()
    }

    private static func table(of profile: Profile, in html: inout HTML) {
        html.element(.table) { table in
            table.element(.caption, text: "System calls since the start, by total time")
            table.element(.thead) { head in
                head.element(.tr) { row in
                    for title in ["Call", "Calls", "Errors", "Total", "p50", "p99", "Max"] {
                        row.element(.th, [.with(.scope, "col")], text: title)
                    }
                }
            }
            table.element(.tbody) { body in
                for call in profile.calls {
                    body.element(.tr) { row in
                        row.element(.th, [.with(.scope, "row")], text: call.id.label(on: profile.host))
                        for cell in cells(of: call) { row.element(.td, text: cell) }
                    }
                    body.newline()
                }
            }
        }
        html.newline()
    }

    private static func cells(of call: CallProfile) -> [String] {
        let distribution = call.distribution
        func time(_ nanoseconds: UInt64?) -> String { nanoseconds.map(HumanFormat.duration) ?? "–" }
        return [
            HumanFormat.count(call.calls), HumanFormat.count(call.errors), time(distribution.isEmpty ? nil : distribution.sum),
            time(distribution.value(at: .p50)), time(distribution.value(at: .p99)),
            time(distribution.isEmpty ? nil : distribution.max),
        ]
    }
}
