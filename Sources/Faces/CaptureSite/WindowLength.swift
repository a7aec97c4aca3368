/// A length of time as it stands in an address.
enum WindowLength {
    private static let units: [(suffix: String, nanoseconds: UInt64)] = [
        ("ns", 1), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// nil of what is no whole number with a unit, of 0, and of more than a year.
    static func nanoseconds(_ text: String) -> UInt64? {
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(digits) else { continue }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: unit.nanoseconds)
            return isTooLarge || product == 0 || product > 31_622_400_000_000_000 ? nil : product
        }
        return nil
    }
}
