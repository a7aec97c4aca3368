import SaturatingMath

/// Figures as people read them: three significant digits and a unit. Exact figures are the business of the JSON output.
package enum HumanFormat {
    /// A figure and its unit; the caller decides what stands between them.
    package struct Quantity: Sendable, Hashable {
        package var number: String
        package var unit: String

        package init(number: String, unit: String) {
            self.number = number
            self.unit = unit
        }

        /// `1.24 µs`, for sentences.
        package var spaced: String { unit.isEmpty ? number : "\(number) \(unit)" }
        /// `1.24µs`, for the cells of a table, where a space would look like the gap between two columns.
        package var tight: String { number + unit }
    }

    /// A duration: `93 ns`, `1.24 µs`, `59.9 s`, `1.00 min`, `5.12M h`.
    ///
    /// A figure that would round up to the next unit is given in that unit: never `1000 ns`, never `60.0 s`.
    package static func duration(nanoseconds: UInt64) -> String { quantity(nanoseconds: Double(nanoseconds)).spaced }

    /// A count, exact, in groups of three: `1,234,567`.
    package static func count(_ value: UInt64) -> String {
        let digits = Array(String(value))
        var grouped = ""
        for (position, digit) in digits.enumerated() {
            if position > 0 && (digits.count - position).isMultiple(of: 3) { grouped.append(",") }
            grouped.append(digit)
        }
        return grouped
    }

    /// A count, exact where that takes no more than `width` columns, else to three digits: `12.3M`.
    package static func count(_ value: UInt64, fitting width: Int) -> String {
        let exact = count(value)
        return exact.utf8.count <= width ? exact : compactCount(Double(value))
    }

    /// A count and what was counted: `1 call`, `1,234 calls`.
    package static func count(_ value: UInt64, _ singular: String, _ plural: String) -> String {
        "\(count(value)) \(value == 1 ? singular : plural)"
    }

    /// A share: `12.3 %`, `0.12 %`. Only nothing is `0 %`, only everything is `100 %`.
    package static func percentage(_ part: UInt64, of whole: UInt64) -> String { share(part, of: whole).spaced }

    /// A size: `512 B`, `19.3 KiB`, `1.00 GiB`.
    package static func bytes(_ value: UInt64) -> String {
        var (number, unit) = (Double(value), "B")
        for larger in ["KiB", "MiB", "GiB", "TiB"] where number >= 999.5 { (number, unit) = (number / 1024, larger) }
        return "\(unit == "B" ? String(value) : significant(number, below: 1000) ?? compactCount(number)) \(unit)"
    }

    /// A frequency in events per second: `4.02`, `318`, `12.3k`; nil of no time.
    package static func rate(_ events: UInt64, inNanoseconds duration: UInt64) -> String? {
        guard duration > 0 else { return nil }
        return rate(perSecond: Double(events) * 1e9 / Double(duration))
    }

    /// The same of a frequency that is known.
    package static func rate(perSecond: Double) -> String {
        guard perSecond > 0 else { return "0" }
        if perSecond < 0.005 { return "<0.01" }
        return significant(perSecond, below: 1000) ?? compactCount(perSecond)
    }
}

extension HumanFormat {
    private static let durationUnits: [(name: String, nanoseconds: Double, end: Double)] = [
        ("ns", 1, 1000), ("µs", 1e3, 1000), ("ms", 1e6, 1000), ("s", 1e9, 60), ("min", 60e9, 60), ("h", 3600e9, 1000),
    ]

    /// A duration of so many nanoseconds, to `digits` significant digits. Whole nanoseconds below 1 µs.
    package static func quantity(nanoseconds: Double, digits: Int = 3) -> Quantity {
        for unit in durationUnits {
            let decimals = unit.nanoseconds == 1 ? 0 : digits - 1
            let number = significant(
                nanoseconds, per: unit.nanoseconds, below: unit.end, digits: digits, decimals: decimals)
            if let number { return Quantity(number: number, unit: unit.name) }
        }
        return Quantity(number: compactCount(nanoseconds / 3600e9), unit: "h")
    }

    package static func share(_ part: UInt64, of whole: UInt64) -> Quantity {
        Quantity(number: shareNumber(part, of: whole), unit: "%")
    }

    /// Parts of one whole in percent, without decimals, that add up: `2/98/0`, `<1/>99/0`. Only nothing is `0`, only everything is
    /// `100`. nil of nothing.
    package static func shares(_ parts: [UInt64]) -> String? {
        let occurring = parts.count { $0 > 0 }
        guard occurring > 0 else { return nil }
        return zip(parts, UInt64(100).apportioned(by: parts)).map { part, percent in
            if part > 0 && percent == 0 { return "<1" }
            return percent == 100 && occurring > 1 ? ">99" : String(percent)
        }.joined(separator: "/")
    }

    private static func shareNumber(_ part: UInt64, of whole: UInt64) -> String {
        guard part > 0, whole > 0 else { return "0" }
        guard part != whole else { return "100" }
        let (hundredfold, unit) = (Double(part) * 100, Double(whole))
        if hundredfold / unit < 0.005 { return "<0.01" }
        let number = significant(hundredfold, per: unit, below: 1000) ?? compactCount(hundredfold / unit)
        return number == "100" && part < whole ? ">99.9" : number
    }

    /// A number of 1 or more to three significant digits: `3.07`, `31.8`, `12.3k`.
    package static func ratio(_ value: Double) -> String { significant(value, below: 1000) ?? compactCount(value) }

    /// A count to three significant digits: `318`, `12.3k`, `18.4E`.
    package static func compactCount(_ value: Double) -> String {
        var scale = 1.0
        for suffix in ["", "k", "M", "G", "T", "P", "E"] {
            if let number = significant(value, per: scale, below: 1000, decimals: scale == 1 ? 0 : 2) {
                return number + suffix
            }
            scale *= 1000
        }
        return ">999E"
    }

    /// `value / scale` to a number of significant digits; nil where that is `end` or more after rounding.
    private static func significant(
        _ value: Double, per scale: Double = 1, below end: Double, digits: Int = 3, decimals most: Int = 2
    ) -> String? {
        guard value < end * scale else { return nil }
        for decimals in stride(from: most, through: 0, by: -1) {
            let shift = powerOfTen(decimals)
            // Multiplied first: the halves that decide about rounding are then exact.
            let scaled = (value * shift / scale).rounded()
            if scaled < powerOfTen(digits), scaled < end * shift {
                return DecimalText.fixedPoint(UInt64(scaled), decimals: decimals)
            }
        }
        return nil
    }

    private static func powerOfTen(_ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { result, _ in result * 10 }
    }
}
