/// Decimal fractions with a fixed number of digits, rounded once and from the exact value, without a locale.
package enum DecimalText {
    /// `scaled` / 10^decimals: 1234 with 3 decimals is `1.234`.
    package static func fixedPoint(_ scaled: some UnsignedInteger, decimals: Int) -> String {
        let digits = String(scaled)
        guard decimals > 0 else { return digits }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    /// What printf's `%.Nf` gives for a number from 0 to 2^64: the exact value of the double, to nearest, halves to even.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        precondition(value >= 0 && value <= 0x1p64 && (0...12).contains(decimals), "outside of what DecimalText can round")
        let scale = (0..<decimals).reduce(UInt128(1)) { power, _ in power * 10 }
        // value = significand * 2^exponent, with a significand of 53 bits: times 10^12 that is 93 bits.
        guard value.isNormal else { return fixedPoint(UInt64(0), decimals: decimals) }
        let exponent = Int(value.exponent) - Double.significandBitCount
        let scaled = UInt128(value.significandBitPattern | 1 << UInt64(Double.significandBitCount)) * scale
        if exponent >= 0 { return fixedPoint(scaled << UInt128(exponent), decimals: decimals) }
        guard exponent > -UInt128.bitWidth else { return fixedPoint(UInt64(0), decimals: decimals) }
        let whole = scaled >> UInt128(-exponent)
        let rest = scaled - whole << UInt128(-exponent)
        let half = UInt128(1) << UInt128(-exponent - 1)
        let isUp = rest > half || rest == half && !whole.isMultiple(of: 2)
        return fixedPoint(whole + (isUp ? 1 : 0), decimals: decimals)
    }

    /// Nanoseconds as seconds, to the millisecond: `10.003`.
    package static func seconds(nanoseconds: UInt64) -> String { thousandths(of: nanoseconds, unit: 1_000_000_000) }

    /// Nanoseconds as milliseconds, to the microsecond.
    package static func milliseconds(nanoseconds: UInt64) -> String { thousandths(of: nanoseconds, unit: 1_000_000) }

    /// Nanoseconds as seconds without rounding and without digits that say nothing: `0.0000015`.
    package static func exactSeconds(nanoseconds: UInt64) -> String {
        var text = fixedPoint(nanoseconds, decimals: 9)
        while text.last == "0" { text.removeLast() }
        return text.last == "." ? text + "0" : text
    }

    private static func thousandths(of nanoseconds: UInt64, unit: UInt64) -> String {
        fixedPoint(rounded(nanoseconds, per: unit / 1000), decimals: 3)
    }

    /// The quotient to nearest, halves up.
    package static func rounded(_ value: UInt64, per unit: UInt64) -> UInt64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
        return quotient + (remainder >= unit - remainder ? 1 : 0)
    }
}
