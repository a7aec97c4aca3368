import TestSupport
import Testing

@testable import FleetSamples

struct HostSelectorTests {
    @Test(arguments: [
        ("kernel_release=~\"6.1.*\"", "kernel_release=~\"6.1.*\"", HostSelector.Moment.now),
        ("{job=\"web\", kernel_release!=\"6.1\",}", "job=\"web\", kernel_release!=\"6.1\",", .now),
        ("{}", "", .now), ("", "", .now), ("{}@-7d", "", .ago(7 * 86400)), ("@-90m", "", .ago(5400)),
        ("a=\"b@c\"@1764450000", "a=\"b@c\"", .at(1_764_450_000)),
        ("a='b\\'@'@now", "a='b\\'@'", .now), ("a=`\\`@-1.5h", "a=`\\`", .ago(5400)),
        ("a!~\"x\"@2026-11-20T10:00:00Z", "a!~\"x\"", .at(1_795_168_800)),
        ("a=\"\"@2026-11-20T12:00:00+02:00", "a=\"\"", .at(1_795_168_800)), ("{}@2024-02-29", "", .at(1_709_164_800)),
    ])
    func `a selector and its time are told apart`(_ text: String, _ matchers: String, _ moment: HostSelector.Moment) throws {
        let selector = try HostSelector(text)
        #expect(selector == HostSelector(matchers: matchers, moment: moment))
    }

    @Test(arguments: [
        "6.1", "kernel_release", "kernel_release=6.1", "kernel_release=\"6.1", "a==\"b\"", "a=\"b\"c=\"d\"", "{a=\"b\"", "a=\"b\"}",
        "9a=\"b\"", "a=\"b\",,c=\"d\"", "__name__=\"up\"", "a=\"b\"} or up{c=\"d\"", "a=\"b\\\"",
    ])
    func `what is no selector is refused with an example`(_ text: String) {
        let error = #expect(throws: FleetError.self) { try HostSelector(text) }
        #expect(error?.description.contains("doesn't select hosts. Write labels of syslat_host_info") == true)
    }

    @Test(arguments: [
        "@", "@yesterday", "@-7", "@-d", "@7d", "@2026-02-30", "@2026-11-20T10:00:00", "@2026-11-20T25:00:00Z",
        "@2026-11-20T10:00:00+2",
        "@1e999", "@-99999999999999999999w", "@2026-13-01", "@nan", "@2026-11-20T1\u{661}:00:00Z",
    ])
    func `what is no time is refused with examples`(_ text: String) {
        let error = #expect(throws: FleetError.self) { try HostSelector(text) }
        #expect(error?.description.contains("is not a time. Write how long ago (@-7d") == true)
    }

    @Test func `times are written as they are read`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<500 {
            let seconds = Double(Int.random(in: 0...32_000_000_000, using: &random))
            let text = CalendarTime.text(ofSeconds: seconds)
            let read = CalendarTime.seconds(of: text.replacing(" UTC", with: "Z"))
            #expect(read == seconds, "\(text)")
        }
    }
}
