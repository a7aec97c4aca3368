import Testing

@testable import Presentation

@Suite struct HumanFormatTests {
    @Test(
        arguments: [
            (0, "0 ns"), (1, "1 ns"), (93, "93 ns"), (93.4, "93 ns"), (999, "999 ns"), (999.4, "999 ns"), (999.5, "1.00 µs"),
            (1_000, "1.00 µs"), (1_244, "1.24 µs"), (1_245, "1.25 µs"), (9_994, "9.99 µs"), (9_995, "10.0 µs"),
            (99_949, "99.9 µs"),
            (99_950, "100 µs"), (999_499, "999 µs"), (999_500, "1.00 ms"), (12_400_000, "12.4 ms"), (999_499_999, "999 ms"),
            (999_500_000, "1.00 s"), (3_020_000_000, "3.02 s"), (59_940_000_000, "59.9 s"), (59_950_000_000, "1.00 min"),
            (60_000_000_000, "1.00 min"), (3_596_000_000_000, "59.9 min"), (3_597_000_000_000, "1.00 h"),
            (3_600_000_000_000, "1.00 h"),
            (3_598_200_000_000_000, "1.00k h"), (18_446_744_073_709_551_616, "5.12M h"),
        ] as [(Double, String)])
    func `durations have three digits and a fitting unit`(nanoseconds: Double, expected: String) {
        #expect(HumanFormat.quantity(nanoseconds: nanoseconds).spaced == expected)
    }

    @Test func `durations can be tight or have more digits`() {
        #expect(HumanFormat.quantity(nanoseconds: 1_240).tight == "1.24µs")
        #expect(HumanFormat.quantity(nanoseconds: 1_024, digits: 4).spaced == "1.024 µs")
        #expect(HumanFormat.duration(nanoseconds: .max) == "5.12M h")
    }

    @Test func `no duration has too many digits for its unit`() {
        for octave in 0..<63 {
            for step: UInt64 in 0..<64 {
                let value = (1 << UInt64(octave)) + step << UInt64(max(0, octave - 6))
                let quantity = HumanFormat.quantity(nanoseconds: Double(value))
                let digits = quantity.number.filter(\.isNumber).drop { $0 == "0" }
                #expect(digits.count <= 3 && quantity.tight.count <= 8, "\(value): \(quantity.spaced)")
                if ["s", "min"].contains(quantity.unit) { #expect((Double(quantity.number) ?? 60) < 60, "\(quantity)") }
            }
        }
    }

    @Test(
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (.max, "18,446,744,073,709,551,615"),
        ] as [(UInt64, String)])
    func `counts have commas between thousands`(value: UInt64, expected: String) {
        #expect(HumanFormat.count(value) == expected)
    }

    @Test(
        arguments: [
            (999, 3, "999"), (1_000, 5, "1,000"), (1_000, 4, "1.00k"), (12_345_678, 9, "12.3M"), (999_499, 5, "999k"),
            (999_500, 5, "1.00M"), (.max, 11, "18.4E"),
        ] as [(UInt64, Int, String)])
    func `counts that do not fit are shortened`(value: UInt64, width: Int, expected: String) {
        #expect(HumanFormat.count(value, fitting: width) == expected)
    }

    @Test(
        arguments: [
            (0, 0, "0 %"), (0, 5, "0 %"), (5, 5, "100 %"), (1, 1_000_000, "<0.01 %"), (12, 10_000, "0.12 %"), (1, 3, "33.3 %"),
            (999_999, 1_000_000, ">99.9 %"), (9_995, 100_000, "10.0 %"), (150, 100, "150 %"), (5, 0, "0 %"),
            (.max, 1, ">999E %"),
        ] as [(UInt64, UInt64, String)])
    func `percentages have three digits and never round to nothing`(part: UInt64, whole: UInt64, expected: String) {
        #expect(HumanFormat.percentage(part, of: whole) == expected)
    }

    @Test(
        arguments: [
            (0, "0"), (1, "0.10"), (40, "4.00"), (3_180, "318"), (9_996, "1.00k"), (123_456, "12.3k"), (.max, "1.84E"),
        ] as [(UInt64, String)])
    func `rates are per second and have three digits`(events: UInt64, expected: String) {
        #expect(HumanFormat.rate(events, inNanoseconds: 10_000_000_000) == expected)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "0.98 KiB"), (1024, "1.00 KiB"), (19_763, "19.3 KiB"),
            (1 << 20, "1.00 MiB"),
            (268_435_456, "256 MiB"), (1 << 40, "1.00 TiB"), (.max, "16.8M TiB"),
        ] as [(UInt64, String)])
    func `sizes have binary units`(_ bytes: UInt64, _ expected: String) {
        #expect(HumanFormat.bytes(bytes) == expected)
    }

    @Test func `rates without time are nil, and tiny ones have a bound`() {
        #expect(HumanFormat.rate(5, inNanoseconds: 0) == nil)
        #expect(HumanFormat.rate(1, inNanoseconds: 3_600_000_000_000) == "<0.01")
    }

    @Test(
        arguments: [
            ([2, 98, 0], "2/98/0"), ([0, 0, 7], "0/0/100"), ([1, 999_999, 0], "<1/>99/0"), ([1, 1, 1], "34/33/33"),
            ([.max, .max, 0], "50/50/0"), ([4, 996, 0], "<1/>99/0"), ([6, 994, 0], "1/99/0"), ([15, 985, 0], "2/98/0"),
            ([0, 0, 0], nil),
        ] as [([UInt64], String?)])
    func `only nothing is 0 and only everything is 100 in shares of a whole`(parts: [UInt64], expected: String?) {
        #expect(HumanFormat.shares(parts) == expected)
    }
}
