extension UInt64 {
    /// The sum, or `UInt64.max` where it does not fit.
    @inlinable
    public func addingSaturating(_ other: UInt64) -> UInt64 {
        let (result, overflow) = addingReportingOverflow(other)
        return overflow ? .max : result
    }

    /// The difference, or 0 where it would be negative.
    @inlinable
    public func subtractingSaturating(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }

    /// The product, or `UInt64.max` where it does not fit.
    @inlinable
    public func multipliedSaturating(by other: UInt64) -> UInt64 {
        let (result, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : result
    }
}
