import Glibc
public import SaturatingMath

/// Counts durations one at a time: the dense, mutable counterpart of ``LatencyHistogram``, for the path that each event takes.
///
/// Public, like what it uses, because the compiler inlines no `package` function into another module.
///
/// Ownership: the recorder owns 36 KiB of counters and frees them. They are pages of their own, which the kernel gives when they are first written
/// to: most distributions lie within three or four of the nine, and none leaves a hole in the heap. Threading: one thread at a time.
@safe
public struct HistogramRecorder: ~Copyable {
    @usableFromInline var counts: UnsafeMutablePointer<UInt64>
    @usableFromInline var sum: UInt64 = 0
    @usableFromInline var min: UInt64 = .max
    @usableFromInline var max: UInt64 = 0
    @usableFromInline var aboveRange: UInt64 = 0
    @usableFromInline var recorded: UInt64 = 0
    /// The first bucket of the distributions that were added, and the one behind the last.
    private var added = (start: BucketScheme.bucketCount, end: 0)

    package init() {
        // Owned until deinit; every index below stays under bucketCount. The kernel gives zeros.
        let pages = unsafe mmap(nil, HistogramRecorder.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let pages = unsafe pages, unsafe pages != MAP_FAILED else {
            preconditionFailure("there is no memory for a histogram")
        }
        unsafe counts = pages.bindMemory(to: UInt64.self, capacity: BucketScheme.bucketCount)
    }

    deinit { unsafe munmap(counts, HistogramRecorder.size) }

    /// Nine pages of 4 KiB.
    private static var size: Int { BucketScheme.bucketCount * MemoryLayout<UInt64>.stride }

    /// How many values were recorded.
    package var count: UInt64 { recorded }

    /// Counts one duration. Units: nanoseconds. Complexity: O(1), no allocation.
    @inlinable @inline(__always)
    public mutating func record(_ value: UInt64) { record(value, times: 1) }

    /// Counts one duration `times` times. Units: nanoseconds.
    @inlinable @inline(__always)
    public mutating func record(_ value: UInt64, times: UInt64) {
        recorded &+= times
        sum = sum.addingSaturating(times == 1 ? value : value.multipliedSaturating(by: times))
        if value < min { min = value }
        if value > max { max = value }
        if value < BucketScheme.rangeEnd {
            unsafe counts[BucketScheme.index(of: value)] &+= times
        } else {
            aboveRange &+= times
        }
    }

    /// Adds a distribution that was gathered elsewhere, such as the kernel's overflow histograms.
    package mutating func add(_ other: LatencyHistogram) {
        if let first = other.buckets.first, let last = other.buckets.last {
            added = (Swift.min(added.start, first.index), Swift.max(added.end, last.index + 1))
        }
        for bucket in other.buckets {
            unsafe counts[bucket.index] = counts[bucket.index].addingSaturating(bucket.count)
        }
        recorded = recorded.addingSaturating(other.count)
        sum = sum.addingSaturating(other.sum)
        min = Swift.min(min, other.min)
        max = Swift.max(max, other.max)
        aboveRange = aboveRange.addingSaturating(other.aboveRange)
    }

    /// Where there can be counts: nowhere below the smallest value or above the largest one, but for what was added.
    private var occupied: Range<Int> {
        guard recorded > 0 else { return 0..<0 }
        let highest = BucketScheme.rangeEnd - 1
        let start = Swift.min(added.start, BucketScheme.index(of: Swift.min(min, highest)))
        return start..<Swift.max(start, added.end, BucketScheme.index(of: Swift.min(max, highest)) + 1)
    }

    /// The distribution so far. Complexity: O(buckets between the smallest and the largest value).
    package borrowing func snapshot() -> LatencyHistogram {
        guard recorded > 0 else { return LatencyHistogram() }
        var buckets: [LatencyHistogram.Bucket] = []
        for index in occupied where unsafe counts[index] > 0 {
            buckets.append(.init(index: index, count: unsafe counts[index]))
        }
        return LatencyHistogram(buckets: buckets, aboveRange: aboveRange, sum: sum, min: min, max: max)
    }

    /// Forgets everything recorded.
    package mutating func reset() {
        let occupied = occupied
        unsafe (counts + occupied.lowerBound).update(repeating: 0, count: occupied.count)
        added = (BucketScheme.bucketCount, 0)
        (recorded, sum, min, max, aboveRange) = (0, 0, .max, 0, 0)
    }
}
