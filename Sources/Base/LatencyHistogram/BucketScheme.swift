/// The log-linear bucket scheme that every latency histogram of syslat shares.
///
/// Values below 256 have a bucket each. From there on, every power of two is divided into 128 equal buckets, so no bucket is
/// wider than 1/128 (0.78 %) of the values in it:
///
/// ```
/// values    0 ... 255   256 ... 511   512 ... 1023        2^41 ... 2^42-1
/// width         1            2             4       ...         2^34
/// indices   0 ... 255   256 ... 383   384 ... 511         4480 ... 4607
/// ```
///
/// The indices are those of HdrHistogram's counts array for (lowest 1, highest 2^42 - 1, 2 significant digits).
public enum BucketScheme {
    /// log2 of the number of buckets in each power of two.
    public static let subBucketBits = 7
    /// Values of 2^42 ns (73 minutes) and more are counted separately: see ``LatencyHistogram/aboveRange``.
    public static let valueBits = 42
    /// The number of buckets.
    public static let bucketCount = (valueBits - subBucketBits + 1) << subBucketBits
    /// The smallest value, in nanoseconds, that has no bucket.
    @inlinable public static var rangeEnd: UInt64 { 1 << UInt64(valueBits) }

    /// The bucket of a value below ``rangeEnd``. Units: nanoseconds.
    @inlinable @inline(__always)
    public static func index(of value: UInt64) -> Int {
        // The formula also holds below 2^8: the shift is 0 and the index is the value.
        let magnitude = 63 &- (value | 0xff).leadingZeroBitCount
        let shift = magnitude &- subBucketBits
        return (shift << subBucketBits) &+ Int(truncatingIfNeeded: value &>> UInt64(truncatingIfNeeded: shift))
    }

    /// The smallest value of a bucket, in nanoseconds.
    @inlinable
    public static func lowerBound(of index: Int) -> UInt64 {
        let subBuckets = 1 << subBucketBits
        if index < 2 * subBuckets { return UInt64(index) }
        let shift = (index >> subBucketBits) - 1
        return UInt64(subBuckets + (index & (subBuckets - 1))) << UInt64(shift)
    }

    /// How many distinct values a bucket holds.
    @inlinable
    public static func width(of index: Int) -> UInt64 {
        index < 2 << subBucketBits ? 1 : 1 << UInt64((index >> subBucketBits) - 1)
    }

    /// The largest value of a bucket, in nanoseconds.
    @inlinable
    public static func upperBound(of index: Int) -> UInt64 { lowerBound(of: index) + width(of: index) - 1 }
}
