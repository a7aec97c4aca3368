import ArgumentParser
import Capture
import Profile

/// Values as they are typed. Where a unit is possible, a number alone is refused: nobody remembers which unit is meant.
enum Units {
    /// What is measured, in which units, and how it is written.
    private struct Quantity {
        let name: String
        let units: [(suffix: String, factor: UInt64)]
        /// For messages: only one spelling of each unit.
        let unitNames: String
        let limit: UInt64
        let limitText: String
    }

    private static let duration = Quantity(
        name: "duration",
        units: [
            // The micro sign and the Greek letter look alike.
            ("ns", 1), ("us", 1000), ("\u{b5}s", 1000), ("\u{3bc}s", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
            ("m", 60_000_000_000), ("h", 3_600_000_000_000),
        ],
        unitNames: "ns, us, ms, s, m or h",
        // Anything longer would not fit the clock arithmetic, and is a slip of the finger.
        limit: 365 * 24 * 3_600_000_000_000, limitText: "more than a year")

    private static let size = Quantity(
        name: "size",
        units: [
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
            ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40),
        ],
        unitNames: "KiB, MiB, GiB or TiB", limit: UInt64(Int.max), limitText: "more than any memory")

    /// Nanoseconds. Accepts `500ms`, `10s`, `1.5s`, `2m`, `1h`.
    static func duration(_ text: String) throws -> UInt64 {
        let example = "10s or 500ms"
        let value = try parse(text, as: duration, example)
        guard value > 0 else { throw ValidationError("The duration '\(text)' is zero. Write it as \(example).") }
        return value
    }

    /// Nanoseconds, from zero on: `0ns`, `20ns`, `1.5us`.
    static func margin(_ text: String) throws -> UInt64 { try parse(text, as: duration, "20ns or 1.5us") }

    /// Bytes. Accepts `64KiB`, `8MiB`, `1GiB`, `1TiB`, and the same without `iB`.
    static func size(_ text: String) throws -> Int { Int(try parse(text, as: size, "512KiB or 8MiB")) }

    /// vDSO ticks per second and CPU; nil for `off`.
    static func tickRate(_ text: String) throws -> TickRate {
        if text == "off" { return TickRate(hertz: nil) }
        let range = CaptureOptions.vdsoTickHertzRange
        guard let hertz = UInt32(text), range.contains(hertz) else {
            throw ValidationError(
                "The tick rate '\(text)' is not a whole number from \(range.lowerBound) to \(range.upperBound) (ticks per second and "
                    + "CPU). Write 997, or off to do without the estimate.")
        }
        return TickRate(hertz: hertz)
    }

    /// A type of its own, because the parser would take an optional for an option that may be left out.
    struct TickRate {
        var hertz: UInt32?
    }

    /// log2 of n in `1/n`.
    static func samplingShift(_ text: String) throws -> UInt8 {
        let largest = UInt64(1) << UInt64(CallSampling.largestShift)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "1", isDigits(parts[1]), let calls = UInt64(parts[1]), calls.nonzeroBitCount == 1,
            calls <= largest
        else {
            throw ValidationError(
                "The sampling '\(text)' is not 1/n, n being a power of two from 1 to \(largest). Write 1/16 to measure 1 of 16 "
                    + "calls.")
        }
        return UInt8(calls.trailingZeroBitCount)
    }

    /// The share that a percentage stands for.
    static func overhead(_ text: String) throws -> Double {
        guard let share = share(text[...]), (0.0001...1).contains(share) else {
            throw ValidationError("The overhead '\(text)' is not a percentage from 0.01% to 100%. Write 1% or 0.5%.")
        }
        return share
    }

    /// The share that a percentage stands for; nil if the text is no percentage.
    static func share(_ text: Substring) -> Double? {
        text.last == "%" ? number(text.dropLast()).map { $0 / 100 } : nil
    }

    /// Digits with at most one point between them; nil for anything else, such as a sign, an exponent, inf or nan.
    static func number(_ text: Substring) -> Double? { decimalParts(text) == nil ? nil : Double(text) }

    // MARK: Numbers and units

    /// A number times its unit's factor, rounded down.
    private static func parse(_ text: String, as quantity: Quantity, _ example: String) throws -> UInt64 {
        guard let (number, factor) = split(text, quantity.units) else {
            throw ValidationError(
                "The \(quantity.name) '\(text)' needs a unit: \(quantity.unitNames). Write it as \(example).")
        }
        guard let value = decimal(number, factor) else {
            throw ValidationError(
                "The \(quantity.name) '\(text)' is not a positive number with a unit. Write it as \(example).")
        }
        guard value <= quantity.limit else {
            throw ValidationError("The \(quantity.name) '\(text)' is \(quantity.limitText). Write it as \(example).")
        }
        return value
    }

    private static func split(_ text: String, _ units: [(suffix: String, factor: UInt64)]) -> (Substring, UInt64)? {
        for unit in units where text.hasSuffix(unit.suffix) {
            let number = text.dropLast(unit.suffix.count)
            if let last = number.last, last.isASCII, last.isNumber || last == "." { return (number, unit.factor) }
        }
        return nil
    }

    /// A decimal number times a factor, rounded down; `UInt64.max` where it does not fit, nil if the text is no decimal number.
    private static func decimal(_ text: Substring, _ factor: UInt64) -> UInt64? {
        guard let parts = decimalParts(text) else { return nil }
        var fraction: UInt64 = 0
        if parts.count == 2 {
            // From the last digit on: rounding down at every step is then the same as rounding down once.
            for digit in parts[1].utf8.reversed() { fraction = (UInt64(digit - 48) * factor + fraction) / 10 }
        }
        // Digits that UInt64 does not take are too many.
        guard let whole = UInt64(parts[0]) else { return .max }
        let (product, isTooLarge) = whole.multipliedReportingOverflow(by: factor)
        let (value, isTooLargeTogether) = product.addingReportingOverflow(fraction)
        return isTooLarge || isTooLargeTogether ? .max : value
    }

    /// What stands before and behind the point.
    private static func decimalParts(_ text: Substring) -> [Substring]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy(isDigits) ? parts : nil
    }

    private static func isDigits(_ text: Substring) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } }
}
