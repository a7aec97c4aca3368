/// What is asked, in PromQL. Everything is increase() over one window: Prometheus 2.42 gives 0 for the difference of two histograms.
struct FleetQueries {
    /// The label that tells hosts apart.
    let hostLabel: String
    /// Seconds.
    let window: Int

    static let histogram = "syslat_syscall_duration_seconds"

    /// Hosts that a selector takes, each with all that it was within the window.
    func hosts(_ matchers: String) -> String { "last_over_time(syslat_host_info{\(matchers)}[\(window)s])" }

    func hosts(named names: [String]) -> String { hosts(matcher(names)) }

    /// Which kernels there are at all.
    var kernels: String { "count by (kernel_release) (last_over_time(syslat_host_info[\(window)s]))" }

    /// How often each host was scraped.
    func scrapes(_ names: [String]) -> String { by("sum", "count_over_time(syslat_host_info{\(matcher(names))}[\(window)s])") }

    func increase(of counter: String, _ names: [String]) -> String {
        by("sum", "increase(\(counter){\(matcher(names))}[\(window)s])")
    }

    func probeFloor(_ names: [String]) -> String {
        by("max", "last_over_time(syslat_probe_floor_seconds{\(matcher(names))}[\(window)s])")
    }

    /// Nothing where every call is measured.
    func sampling(_ names: [String]) -> String {
        by("max", "max_over_time(syslat_sampling_calls{bound=\"max\",\(matcher(names))}[\(window)s])")
    }

    func histograms(_ names: [String]) -> String {
        "sum by (\(hostLabel), abi, syscall) (increase(\(Self.histogram){\(matcher(names))}[\(window)s]))"
    }

    /// Whether there are histograms of classic buckets.
    func classic(_ names: [String]) -> String { "count(last_over_time(\(Self.histogram)_bucket{\(matcher(names))}[\(window)s]))" }

    private func by(_ aggregation: String, _ inner: String) -> String { "\(aggregation) by (\(hostLabel)) (\(inner))" }

    private func matcher(_ names: [String]) -> String {
        let pattern = names.map(FleetQueries.quoted).joined(separator: "|")
        return "\(hostLabel)=~\"\(FleetQueries.literal(pattern))\""
    }

    /// As a regular expression (RE2) that matches the text alone.
    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if "\\.+*?()|[]{}^$".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// Inside double quotes of PromQL, whose escapes are those of Go.
    private static func literal(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
