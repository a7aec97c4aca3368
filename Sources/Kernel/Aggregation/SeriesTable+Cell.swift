import LatencyHistogram
import Profile
import SaturatingMath

extension SeriesTable {
    /// The calls of one series.
    struct Cell: ~Copyable {
        let kind: Kind
        /// The measured calls.
        var recorder = HistogramRecorder()
        /// The other calls that these stand for, if calls are sampled.
        var surplus: HistogramRecorder?
        private var firstError: (errno: UInt16, count: UInt64) = (0, 0)
        private var furtherErrors: [ErrnoCount] = []

        /// Most series have no errno but the first.
        @inline(__always)
        mutating func count(errno: UInt16, times: UInt64) {
            guard errno == firstError.errno else { return countFurther(errno: errno, times: times) }
            firstError.count = firstError.count.addingSaturating(times)
        }

        @inline(never)
        private mutating func countFurther(errno: UInt16, times: UInt64) {
            if firstError.errno == 0 { return firstError = (errno, times) }
            for position in furtherErrors.indices where furtherErrors[position].errno == Int32(errno) {
                furtherErrors[position].count = furtherErrors[position].count.addingSaturating(times)
                return
            }
            furtherErrors.append(ErrnoCount(errno: Int32(errno), count: times))
        }

        /// All errors, including those that measured calls stand for.
        var errnos: [ErrnoCount] {
            (firstError.errno == 0 ? [] : [ErrnoCount(errno: Int32(firstError.errno), count: firstError.count)]) + furtherErrors
        }

        mutating func recordSurplus(_ duration: UInt64, times: UInt64) {
            if surplus == nil { surplus = HistogramRecorder() }
            surplus?.record(duration, times: times)
        }

        mutating func addSurplus(_ distribution: LatencyHistogram) {
            if surplus == nil { surplus = HistogramRecorder() }
            surplus?.add(distribution)
        }

        /// Forgets the calls.
        mutating func reset() {
            recorder.reset()
            surplus?.reset()
            firstError = (0, 0)
            furtherErrors = []
        }

        init(kind: Kind) { self.kind = kind }
    }
}
