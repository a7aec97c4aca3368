import PlainText
import Presentation
import Profile

/// What was measured, for how long, on what: two to four lines.
enum HeaderSection {
    private static let separator = " · "

    static func lines(_ context: ReportContext) -> [String] {
        let (profile, capture, host) = (context.profile, context.profile.capture, context.profile.host)
        let tool = profile.tool.hasPrefix("syslat") ? profile.tool : "syslat \(profile.tool)"
        let duration = HumanFormat.duration(nanoseconds: capture.durationNanoseconds)
        let start = Timestamp.readable(nanosecondsSince1970: capture.startedAtNanoseconds)
        let title = line([tool, capture.scope], keeping: [duration, "from \(start)"], context)
        var lines = [emphasised(title, tool: tool, context.style)]
        if let command = capture.command {
            lines.append(commandLine(command, exitStatus: capture.exitStatus, width: context.width))
        }
        if let selection = capture.selection {
            lines.append(DisplayText.truncated("Calls: \(PlainText.line(selection))", to: context.width))
        }
        if let sampling = capture.sampling {
            let mark = SamplingText.mark(sampling)
            lines += DisplayText.wrapped("S\(mark.dropFirst()). \(SamplingText.explanation)", to: context.width, hanging: 2)
        }
        lines.append(
            line(
                ["Linux \(host.kernelRelease)", host.arch, host.cpuModel], keeping: ["clocksource \(host.clocksource)"], context
            ))
        return lines
    }

    /// The last of `parts` is cut off where the line is too long.
    private static func line(_ parts: [String], keeping rest: [String], _ context: ReportContext) -> String {
        func joined(_ parts: [String]) -> String {
            parts.filter { !$0.isEmpty }.map(PlainText.line).joined(separator: separator)
        }
        return DisplayText.truncated(joined(parts), keeping: separator + joined(rest), to: context.width)
    }

    private static func emphasised(_ line: String, tool: String, _ style: TextStyle) -> String {
        guard line.hasPrefix(tool) else { return line }
        return style.bold(tool) + line.dropFirst(tool.count)
    }

    /// The command as a shell would take it; the exit status stays readable where the command is cut off.
    private static func commandLine(_ command: [String], exitStatus: Int32?, width: Int) -> String {
        let status = exitStatus.map { " (exit status \($0))" } ?? ""
        let words = command.map { PlainText.line(ShellText.quoted($0)) }.joined(separator: " ")
        return DisplayText.truncated("Command: \(words)", keeping: status, to: width)
    }
}
