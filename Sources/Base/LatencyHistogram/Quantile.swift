/// An exact fraction of a distribution: ranks are computed without rounding.
package struct Quantile: Sendable, Hashable {
    /// The fraction's numerator and denominator: 999 of 1000 is the 99.9th percentile.
    package let parts: UInt64
    package let of: UInt64

    /// Makes a fraction. Traps unless `0 <= parts <= of` and `of > 0`.
    package init(_ parts: UInt64, of: UInt64) {
        precondition(of > 0 && parts <= of, "a quantile is a fraction between 0 and 1")
        self.parts = parts
        self.of = of
    }

    /// The nearest rank, 1 ... `count`: the smallest rank with at least this fraction of the values at or below it.
    package func rank(in count: UInt64) -> UInt64 {
        let product = count.multipliedFullWidth(by: parts)
        let (quotient, remainder) = of.dividingFullWidth(product)
        return max(1, quotient + (remainder > 0 ? 1 : 0))
    }
}
