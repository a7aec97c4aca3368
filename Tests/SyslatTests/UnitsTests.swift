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
            ("1us", 1000), ("500ms", 500_000_000), ("10s", 10_000_000_000), ("2m", 120_000_000_000), ("1h", 3_600_000_000_000),
            ("1.5us", 1500), ("1.5ms", 1_500_000), ("1.5s", 1_500_000_000), ("0.5m", 30_000_000_000), ("0.25h", 900_000_000_000),
            ("0.000000001s", 1), ("1.2345678999s", 1_234_567_899), ("007s", 7_000_000_000), ("10.0s", 10_000_000_000),
            ("8760h", 31_536_000_000_000_000), ("31536000s", 31_536_000_000_000_000),
        ] as [(String, UInt64)])
    func durationsAreNanoseconds(text: String, nanoseconds: UInt64) {
        #expect(duration(text) == "\(nanoseconds) ns")
    }

    @Test(arguments: ["", "10", "1.5", "s", "ms", "10d", "10S", "10ns", "10 s", "s10", "10s ", "１s", "-", "ten s"])
    func durationsWithoutAUnitAreRefused(text: String) {
        #expect(
            duration(text) == "The duration '\(text)' has no unit that syslat knows. Write it as 10s, 500ms, 2m or 1h.")
    }

    @Test(arguments: ["-1s", "+1s", "1e3s", "1.2.3s", ".5s", "5.s", ".s", "0x10s", " 1s", "1,5s", "1_000ms", "1 0s"])
    func durationsThatAreNoNumberAreRefused(text: String) {
        #expect(
            duration(text)
                == "The duration '\(text)' is not a positive number with a unit. Write it as 10s, 500ms, 2m or 1h.")
    }

    @Test(arguments: ["0s", "0.0s", "0ms", "0h", "0.0000000001s"])
    func noDurationIsRefused(text: String) {
        #expect(duration(text) == "The duration '\(text)' is zero. Write it as 10s, 500ms, 2m or 1h.")
    }

    @Test(arguments: [
        "8761h", "8760.001h", "31536001s", "18446744073s", "18446744074s", "5124095577h", "18446744073709551615h",
        "18446744073709551616us", "18446744073709551.999999us", "99999999999999999999999999999999s",
    ])
    func moreThanAYearIsRefused(text: String) {
        #expect(duration(text) == "The duration '\(text)' is more than a year. Write it as 10s, 500ms, 2m or 1h.")
    }

    @Test(arguments: [
        ("1KiB", 1024), ("64KiB", 65_536), ("64K", 65_536), ("8MiB", 8_388_608), ("8M", 8_388_608), ("1GiB", 1 << 30),
        ("1G", 1 << 30), ("0.5MiB", 524_288), ("1.5K", 1536), ("0KiB", 0), ("0.0625MiB", 65_536),
        ("0.9999M", 1_048_471), ("8589934591GiB", 8_589_934_591 << 30), ("1TiB", 1 << 40), ("0.5T", 1 << 39),
    ])
    func sizesAreBytes(text: String, bytes: Int) {
        #expect(size(text) == "\(bytes) bytes")
    }

    @Test(arguments: ["", "8", "8388608", "MiB", "8B", "8mib", "8kB", "8 MiB", "8PiB", "TiB"])
    func sizesWithoutAUnitAreRefused(text: String) {
        #expect(size(text) == "The size '\(text)' has no unit that syslat knows. Write it as 512KiB or 8MiB.")
    }

    @Test(arguments: ["-8MiB", "1e3MiB", "1.2.3MiB", ".5MiB", "1_024K"])
    func sizesThatAreNoNumberAreRefused(text: String) {
        #expect(size(text) == "The size '\(text)' is not a positive number with a unit. Write it as 512KiB or 8MiB.")
    }

    @Test(arguments: ["8589934592GiB", "17179869184GiB", "18446744073709551616K", "8388608TiB", "99999999999999999999999G"])
    func sizesThatDoNotFitAreRefused(text: String) {
        #expect(size(text) == "The size '\(text)' is more than any memory. Write it as 512KiB or 8MiB.")
    }
}
