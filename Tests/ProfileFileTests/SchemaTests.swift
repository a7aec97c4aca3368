import Profile
import ProfileFile
import TestSupport
import Testing

/// Every line of a profile file fits Documentation/schema/profile-line.schema.json, and nothing else does.
@Suite(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing))) struct SchemaTests {
    private func lines(_ profile: Profile, packsSeries: Bool = false) throws -> [String] {
        let bytes = try ProfileFileWriter.text(of: profile, packsSeries: packsSeries)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func expectFit(_ lines: [String], plants: Bool = false) throws {
        let checks = try SchemaCheck.check(lines, against: "profile-line", plants: plants)
        try #require(checks.count == lines.count)
        for (check, line) in zip(checks, lines) {
            #expect(check.errors.isEmpty, "\(check.errors.prefix(5)) in \(line.prefix(200))")
            #expect(check.unnoticed.isEmpty, "\(check.unnoticed)")
        }
    }

    @Test func `the lines of random profiles fit the schema`() throws {
        var random = SeededGenerator.fromEnvironment()
        var all: [String] = []
        for number in 0..<12 { all += try lines(.random(intervals: number % 3, using: &random), packsSeries: number % 4 == 3) }
        try expectFit(all)
        for name in [
            "series", "series_names", "packed_series", "errnos", "end_interval", "process", "group", "vdso_entered",
            "workload_case", "slow_calls", "slow_call",
            "balance",
            "sha256",
        ] {
            #expect(all.contains { $0.hasPrefix("{\"\(name)\":") }, "no line of \(name) was among them")
        }
    }

    @Test func `an unknown name is refused wherever it is planted`() throws {
        var random = SeededGenerator.fromEnvironment()
        var kinds: [Substring: String] = [:]
        for number in 0..<8 {
            for line in try lines(.random(intervals: number % 2, using: &random), packsSeries: number > 4) {
                kinds[line.prefix { $0 != ":" }] = line
            }
        }
        try expectFit(Array(kinds.values), plants: true)
    }

    @Test(arguments: [
        ("{\"sha256\":\"\"}", "does not match"), ("{\"balance\":{\"entered\":1}}", "'completed' is a required property"),
        ("{\"syslat-profile\":2}", "is not valid under any"), ("{}", "is not valid under any"),
        ("{\"errnos\":{\"abi\":\"sparc\",\"number\":0,\"name\":\"read\",\"counts\":[[2,1]]}}", "'sparc' is not one of"),
    ])
    func `what is not a line of a profile is refused`(line: String, reason: String) throws {
        let check = try #require(try SchemaCheck.check([line], against: "profile-line").first)
        #expect(check.errors.contains { $0.contains(reason) }, "\(check.errors)")
    }
}
