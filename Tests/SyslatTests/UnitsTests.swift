import ArgumentParser
import Testing

@testable import syslat

@Suite struct UnitsTests {
    private func duration(_ text: String) -> String {
        do { return "\(try Units.duration(text)) ns" } catch { return "\(error)" }
    }

    private func size(_ text: String) -> String {
        do { return "\(try Units.size(text)) bytes" } catch { return "\(error)" }
    }

    @Test(
        arguments: [
            ("1ns", 1), ("1us", 1000), ("500\u{b5}s", 500_000), ("500\u{3bc}s", 500_000),
            ("500ms", 500_000_000), ("10s", 10_000_000_000), ("2m", 120_000_000_000), ("1h", 3_600_000_000_000),
            ("1.5us", 1500), ("1.5ms", 1_500_000), ("1.5s", 1_500_000_000), ("0.5m", 30_000_000_000), ("0.25h", 900_000_000_000),
            ("0.000000001s", 1), ("1.2345678999s", 1_234_567_899), ("007s", 7_000_000_000), ("10.0s", 10_000_000_000),
            ("8760h", 31_536_000_000_000_000), ("31536000s", 31_536_000_000_000_000),
        ] as [(String, UInt64)])
    func `durations are read as nanoseconds`(text: String, nanoseconds: UInt64) {
        #expect(duration(text) == "\(nanoseconds) ns")
    }

    @Test(arguments: ["", "10", "1.5", "s", "ms", "10d", "10S", "10 s", "10Ms", "10\u{b5}", "s10", "10s ", "１s", "-", "ten s"])
    func `durations without a unit are refused`(text: String) {
        #expect(
            duration(text)
                == "The duration '\(text)' needs a unit: ns, us, ms, s, m or h. Write it as 10s or 500ms.")
    }

    @Test(arguments: ["-1s", "+1s", "1e3s", "1.2.3s", ".5s", "5.s", ".s", "0x10s", " 1s", "1,5s", "1_000ms", "1 0s"])
    func `durations that are not a number are refused`(text: String) {
        #expect(
            duration(text)
                == "The duration '\(text)' is not a positive number with a unit. Write it as 10s or 500ms.")
    }

    @Test(arguments: ["0s", "0.0s", "0ms", "0h", "0ns", "0.9ns", "0.0000000001s"])
    func `a duration of zero is refused`(text: String) {
        #expect(duration(text) == "The duration '\(text)' is zero. Write it as 10s or 500ms.")
    }

    @Test(arguments: [
        "8761h", "8760.001h", "31536001s", "18446744073s", "18446744074s", "5124095577h", "18446744073709551615h",
        "18446744073709551616us", "18446744073709551.999999us", "99999999999999999999999999999999s",
    ])
    func `a duration of more than a year is refused`(text: String) {
        #expect(duration(text) == "The duration '\(text)' is more than a year. Write it as 10s or 500ms.")
    }

    @Test(arguments: [
        ("1KiB", 1024), ("64KiB", 65_536), ("64K", 65_536), ("8MiB", 8_388_608), ("8M", 8_388_608), ("1GiB", 1 << 30),
        ("1G", 1 << 30), ("0.5MiB", 524_288), ("1.5K", 1536), ("0KiB", 0), ("0.0625MiB", 65_536),
        ("0.9999M", 1_048_471), ("8589934591GiB", 8_589_934_591 << 30), ("1TiB", 1 << 40), ("0.5T", 1 << 39),
    ])
    func `sizes are read as bytes`(text: String, bytes: Int) {
        #expect(size(text) == "\(bytes) bytes")
    }

    @Test(arguments: ["", "8", "8388608", "MiB", "8B", "8mib", "8kB", "8 MiB", "8PiB", "TiB"])
    func `sizes without a unit are refused`(text: String) {
        #expect(size(text) == "The size '\(text)' needs a unit: KiB, MiB, GiB or TiB. Write it as 512KiB or 8MiB.")
    }

    @Test(arguments: ["-8MiB", "1e3MiB", "1.2.3MiB", ".5MiB", "1_024K"])
    func `sizes that are not a number are refused`(text: String) {
        #expect(size(text) == "The size '\(text)' is not a positive number with a unit. Write it as 512KiB or 8MiB.")
    }

    @Test(arguments: ["8589934592GiB", "17179869184GiB", "18446744073709551616K", "8388608TiB", "99999999999999999999999G"])
    func `sizes beyond any memory are refused`(text: String) {
        #expect(size(text) == "The size '\(text)' is more than any memory. Write it as 512KiB or 8MiB.")
    }

    // MARK: Every option, every unit

    /// The parser's message about a wrong command line; nil if it accepts it.
    private func refusal(_ arguments: [String]) -> String? {
        do {
            _ = try Syslat.parseAsRoot(Arguments.prepared(arguments))
            return nil
        } catch {
            return Syslat.message(for: error)
        }
    }

    private static let timeOptions = [
        ["profile", "-a", "-d"], ["profile", "-a", "--interval"], ["bench", "--kernel", "x", "-o", "x", "--time-limit"],
        ["compare", "base", "--", "new", "--min-abs"],
    ]

    private static let sizeOptions = [
        ["profile", "-a", "--ring-size"], ["bench", "--kernel", "x", "-o", "x", "--memory"],
    ]

    /// `compare` takes options before the two dashes only.
    private func withValue(_ option: [String], _ value: String) -> [String] {
        option[0] == "compare" ? ["compare", option[4], value] + option[1..<4] : option + [value]
    }

    @Test(
        arguments: timeOptions,
        ["20000000ns", "20000us", "20000\u{b5}s", "20000\u{3bc}s", "20ms", "1.5s", "1m", "0.5h"])
    func `every option for a time knows every unit`(option: [String], value: String) {
        #expect(refusal(withValue(option, value)) == nil)
    }

    @Test(arguments: sizeOptions, ["262144KiB", "262144K", "256MiB", "256M", "0.25GiB", "0.25G"])
    func `every option for a size knows every unit`(option: [String], value: String) {
        #expect(refusal(withValue(option, value)) == nil)
    }

    @Test(arguments: timeOptions, ["10", "10d", "fast", "-1s", "1e3s", "9000h"])
    func `every option for a time says what is wrong with a value`(option: [String], value: String) throws {
        let message = try #require(refusal(withValue(option, value)))
        #expect(message.contains("The duration '\(value)' ") && message.contains(" Write it as "), "\(message)")
    }

    @Test(arguments: sizeOptions, ["10", "10B", "big", "-1MiB", "1e3K", "8388608TiB"])
    func `every option for a size says what is wrong with a value`(option: [String], value: String) throws {
        let message = try #require(refusal(withValue(option, value)))
        #expect(message.contains("The size '\(value)' ") && message.hasSuffix(" Write it as 512KiB or 8MiB."), "\(message)")
    }

    // MARK: Margins, percentages, levels

    @Test(arguments: [("0ns", 0), ("0h", 0), ("20ns", 20), ("1.5us", 1500), ("1m", 60_000_000_000)] as [(String, UInt64)])
    func `a margin can be zero`(text: String, nanoseconds: UInt64) throws {
        #expect(try Units.margin(text) == nanoseconds)
    }

    @Test(arguments: [("5%", 0.05), ("0%", 0), ("0.5%", 0.005), ("1000%", 10), ("007%", 0.07)] as [(String, Double)])
    func `a percentage is read as a share`(text: String, share: Double) {
        #expect(Units.share(text[...]) == share)
    }

    @Test(arguments: ["", "%", "5", "5 %", "-5%", "+5%", "1e1%", ".5%", "5.%", "1.2.3%", "inf%", "nan%", "0x5%", "5%%"])
    func `anything else is not a percentage`(text: String) {
        #expect(Units.share(text[...]) == nil)
    }

    @Test(arguments: ["0.01%", "1%", "100%"])
    func `an overhead is given as a percentage`(text: String) throws {
        #expect(try Units.overhead(text) == Units.share(text[...]))
    }

    @Test(arguments: ["0", "0.0", "0.5", "1", "-0.05", "5%", ".05", "nan", "inf", "0x1p-5"])
    func `a significance level out of range is refused`(text: String) {
        #expect(
            refusal(["compare", "--alpha=\(text)", "base", "--", "new"])?.hasSuffix(
                "The significance level '\(text)' is not a number between 0 and 0.5. Write 0.05.") == true)
    }
}
