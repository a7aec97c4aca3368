import LatencyHistogram
import Testing

@Suite struct BucketSchemeTests {
    /// The bucket according to the drawing in BucketScheme's comment, by division instead of shifts.
    private func expectedIndex(of value: UInt64) -> Int {
        guard value >= 256 else { return Int(value) }
        var (octave, start): (Int, UInt64) = (0, 256)
        while value / 2 >= start { (octave, start) = (octave + 1, start * 2) }
        return 256 + 128 * octave + Int((value - start) / (start / 128))
    }

    @Test func `the indices drawn in BucketScheme's comment are right`() {
        #expect(BucketScheme.bucketCount == 4608)
        #expect(BucketScheme.rangeEnd == 4_398_046_511_104)
        let indices = [0, 1, 255, 256, 257, 258, 511, 512, 1023].map { BucketScheme.index(of: $0) }
        #expect(indices == [0, 1, 255, 256, 256, 257, 383, 384, 511])
        #expect(BucketScheme.index(of: 1 << 41) == 4480)
        #expect(BucketScheme.width(of: 4480) == 1 << 34)
    }

    @Test(arguments: 1...41)
    func `a bucket begins at every power of two`(exponent: Int) {
        let power: UInt64 = 1 << UInt64(exponent)
        for value in [power - 1, power, power + 1] where value < BucketScheme.rangeEnd {
            #expect(BucketScheme.index(of: value) == expectedIndex(of: value), "\(value)")
        }
        #expect(BucketScheme.index(of: power) == BucketScheme.index(of: power - 1) + 1)
        #expect(BucketScheme.lowerBound(of: BucketScheme.index(of: power)) == power)
        #expect(BucketScheme.upperBound(of: BucketScheme.index(of: power - 1)) == power - 1)
    }

    @Test func `the last bucket ends where the range ends`() {
        let last = BucketScheme.bucketCount - 1
        #expect(BucketScheme.index(of: BucketScheme.rangeEnd - 1) == last)
        #expect(BucketScheme.upperBound(of: last) == BucketScheme.rangeEnd - 1)
    }

    @Test func `buckets follow each other without gaps`() {
        var next: UInt64 = 0
        for index in 0..<BucketScheme.bucketCount {
            let (low, high) = (BucketScheme.lowerBound(of: index), BucketScheme.upperBound(of: index))
            #expect(low == next, "bucket \(index)")
            #expect(high - low + 1 == BucketScheme.width(of: index), "bucket \(index)")
            #expect(BucketScheme.index(of: low) == index)
            #expect(BucketScheme.index(of: low + (high - low) / 2) == index)
            #expect(BucketScheme.index(of: high) == index)
            next = high + 1
        }
        #expect(next == BucketScheme.rangeEnd)
    }

    @Test func `no bucket is wider than a 128th of its values`() {
        for index in 0..<BucketScheme.bucketCount where BucketScheme.width(of: index) > 1 {
            #expect(BucketScheme.width(of: index) * 128 <= BucketScheme.lowerBound(of: index), "bucket \(index)")
        }
    }
}
