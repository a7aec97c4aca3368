import Testing

@testable import Presentation

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000000Z"), (999_999_999, "1970-01-01T00:00:00.999999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
            (951_868_799_000_000_001, "2000-02-29T23:59:59.000000001Z"),
            (1_709_251_199_500_000_000, "2024-02-29T23:59:59.500000000Z"),
            (1_772_368_496_789_000_000, "2026-03-01T12:34:56.789000000Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"), (.max, "2554-07-21T23:34:33.709551615Z"),
        ] as [(UInt64, String)])
    func `times are written as RFC 3339 with nanoseconds`(time: UInt64, expected: String) {
        #expect(Timestamp.rfc3339(nanosecondsSince1970: time) == expected)
    }

    @Test func `times for readers have seconds and the time zone`() {
        #expect(Timestamp.readable(nanosecondsSince1970: 1_772_368_496_789_000_000) == "2026-03-01 12:34:56 UTC")
    }

    @Test(arguments: [(2, "12:34:56.78"), (3, "12:34:56.789"), (6, "12:34:56.789999"), (9, "12:34:56.789999999")])
    func `times of day have as many decimals as asked, and are cut`(decimals: Int, expected: String) {
        #expect(Timestamp.timeOfDay(nanosecondsSince1970: 1_772_368_496_789_999_999, decimals: decimals) == expected)
    }
}
