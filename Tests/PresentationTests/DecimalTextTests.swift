import Foundation
import TestSupport
import Testing

@testable import Presentation

@Suite struct DecimalTextTests {
    @Test(arguments: [
        0, 1, 0.5, 0.125, 2.5, 0.1, 0.999_999_999_999_5, 1e-13, 1e-300, 123_456.789, 0x1p63, 0x1p64, 4_398_046_511_103,
    ])
    func `fixed decimals are those of printf`(value: Double) {
        for decimals in [0, 2, 12] {
            #expect(DecimalText.fixed(value, decimals: decimals) == String(format: "%.\(decimals)f", value))
        }
    }

    @Test func `fixed decimals of random numbers are those of printf`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<5_000 {
            let numerator = random.next() >> UInt64.random(in: 0...63, using: &random)
            let value = Double(numerator) / Double(UInt64(1) << UInt64.random(in: 0...63, using: &random))
            for decimals in [2, 12] {
                #expect(DecimalText.fixed(value, decimals: decimals) == String(format: "%.\(decimals)f", value))
            }
        }
    }

    @Test func `nanoseconds are written as seconds and milliseconds`() {
        #expect(DecimalText.seconds(nanoseconds: 0) == "0.000")
        #expect(DecimalText.seconds(nanoseconds: 999_499_999) == "0.999")
        #expect(DecimalText.seconds(nanoseconds: 999_500_000) == "1.000")
        #expect(DecimalText.seconds(nanoseconds: .max) == "18446744073.710")
        #expect(DecimalText.milliseconds(nanoseconds: 1_234_567) == "1.235")
        #expect(DecimalText.exactSeconds(nanoseconds: 0) == "0.0" && DecimalText.exactSeconds(nanoseconds: 1) == "0.000000001")
        #expect(DecimalText.exactSeconds(nanoseconds: 144_000_000_000_000) == "144000.0")
        #expect(DecimalText.exactSeconds(nanoseconds: .max) == "18446744073.709551615")
    }
}
