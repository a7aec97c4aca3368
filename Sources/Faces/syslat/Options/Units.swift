import ArgumentParser
import Capture
import Profile

/// Values with a unit, as they are typed: `10s`, `8MiB`. A number alone is refused, since nobody remembers which unit is meant.
enum Units {
    private static let durations: [(suffix: String, factor: UInt64)] = [
        ("ms", 1_000_000), ("us", 1000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]
    private static let sizes: [(suffix: String, factor: UInt64)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40),
    ]

    /// Nanoseconds. Accepts `500ms`, `10s`, `1.5s`, `2m`, `1h`.
    static func duration(_ text: String) throws -> UInt64 {
        let example = "Write it as 10s, 500ms, 2m or 1h."
        let value = try quantity(text, "duration", durations, example)
        // Anything longer would not fit the clock arithmetic, and is a slip of the finger.
        guard value > 0, value <= 365 * 24 * 3_600_000_000_000 else {
            throw ValidationError("The duration '\(text)' is \(value == 0 ? "zero" : "more than a year"). \(example)")
        }
        return value
    }

    /// Bytes. Accepts `64KiB`, `8MiB`, `1GiB`, `1TiB`, and the same without `iB`.
    static func size(_ text: String) throws -> Int {
        let example = "Write it as 512KiB or 8MiB."
        let value = try quantity(text, "size", sizes, example)
        guard value <= UInt64(Int.max) else { throw ValidationError("The size '\(text)' is more than any memory. \(example)") }
        return Int(value)
    }

    /// Samples a second; nil for `off`.
    static func samplingRate(_ text: String) throws -> SamplingRate {
        if text == "off" { return SamplingRate(hertz: nil) }
        let range = CaptureOptions.vdsoTickHertzRange
        guard let hertz = UInt32(text), range.contains(hertz) else {
            throw ValidationError(
                "The sampling rate '\(text)' is not a whole number from \(range.lowerBound) to \(range.upperBound) (samples a second "
                    + "and CPU). Write 997, or off to do without the estimate.")
        }
        return SamplingRate(hertz: hertz)
    }

    /// How often to sample; an option whose value is missing would look like `off`.
    struct SamplingRate {
        var hertz: UInt32?
    }

    /// log2 of n in `1/n`.
    static func samplingShift(_ text: String) throws -> UInt8 {
        let largest = UInt64(1) << UInt64(CallSampling.largestShift)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "1", parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let calls = UInt64(parts[1]),
            calls.nonzeroBitCount == 1, calls <= largest
        else {
            throw ValidationError(
                "The sampling '\(text)' is not 1/n with n a power of two from 1 to \(largest). Write 1/16 to measure one call in 16."
            )
        }
        return UInt8(calls.trailingZeroBitCount)
    }

    /// The share that a percentage stands for.
    static func overhead(_ text: String) throws -> Double {
        let parts = text.hasSuffix("%") ? decimal(text.dropLast(), 10_000) : nil
        guard let parts, (100...1_000_000).contains(parts) else {
            throw ValidationError(
                "The overhead '\(text)' is not a percentage from 0.01 % to 100 %. Write --max-overhead 1% or 0.5%.")
        }
        return Double(parts) / 1_000_000
    }

    /// A number times its unit's factor, rounded down; `UInt64.max` where that does not fit.
    private static func quantity(
        _ text: String, _ kind: String, _ units: [(suffix: String, factor: UInt64)], _ example: String
    ) throws -> UInt64 {
        guard let (number, factor) = split(text, units) else {
            throw ValidationError("The \(kind) '\(text)' has no unit that syslat knows. \(example)")
        }
        guard let value = decimal(number, factor) else {
            throw ValidationError("The \(kind) '\(text)' is not a positive number with a unit. \(example)")
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

    /// A decimal number times a factor, rounded down; `UInt64.max` where it does not fit. nil unless it is digits with at most
    /// one point between them.
    private static func decimal(_ text: Substring, _ factor: UInt64) -> UInt64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            return nil
        }
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
}
