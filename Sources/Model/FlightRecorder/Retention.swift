import SaturatingMath

/// A part of a recording that is a file of its own.
package struct Segment: Sendable, Hashable {
    /// Segments are counted as long as their folder exists.
    package var number: UInt64
    package var bytes: UInt64
    package var durationNanoseconds: UInt64
    /// When it began, from the beginning of the recording; nil for segments of earlier recordings.
    package var startNanoseconds: UInt64?

    package init(number: UInt64, bytes: UInt64, durationNanoseconds: UInt64, startNanoseconds: UInt64? = nil) {
        self.number = number
        self.bytes = bytes
        self.durationNanoseconds = durationNanoseconds
        self.startNanoseconds = startNanoseconds
    }

    /// When it ended; nil for segments of earlier recordings.
    var endNanoseconds: UInt64? { startNanoseconds.map { $0.addingSaturating(durationNanoseconds) } }
}

/// What a recorder keeps, and what it drops: the newest segments, so many incidents, and no more bytes than it may have.
package struct Retention: Sendable, Hashable {
    /// How much of the past is kept in segments, at least.
    package let keepNanoseconds: UInt64
    /// How many incidents are kept.
    package let incidents: Int
    /// What segments may take, and incidents once more.
    package let bytesOfEach: UInt64
    /// After how long a segment is finished.
    package let segmentNanoseconds: UInt64

    /// Fewer segments would be dropped in large pieces, more would be many files.
    private static let segmentsKept: UInt64 = 30
    /// A crash costs the processes and the balance of a segment at most.
    private static let longestSegment: UInt64 = 300_000_000_000

    /// - Parameter mostBytes: for everything together.
    package init(keepNanoseconds: UInt64, intervalNanoseconds: UInt64, mostBytes: UInt64, incidents: Int) {
        self.keepNanoseconds = keepNanoseconds
        self.incidents = incidents
        bytesOfEach = mostBytes / 2
        segmentNanoseconds = max(intervalNanoseconds, min(keepNanoseconds / Retention.segmentsKept, Retention.longestSegment))
    }

    /// Whether a segment of this size and length is finished.
    package func isFull(bytes: UInt64, durationNanoseconds: UInt64) -> Bool {
        // An interval that is late by a little doesn't wait for another one.
        bytes >= bytesOfEach / Retention.segmentsKept || durationNanoseconds >= segmentNanoseconds - segmentNanoseconds / 50
    }

    /// How many of the oldest segments are to be dropped.
    /// - Parameter segments: all there are, oldest first, with the one that is being written. That one stays.
    package func segmentsToDrop(_ segments: [Segment]) -> Int {
        var (bytes, duration): (UInt64, UInt64) = (0, 0)
        // The newest first: what is older than those that are needed, or has no room beside them, goes.
        for (place, segment) in segments.enumerated().reversed() {
            bytes = bytes.addingSaturating(segment.bytes)
            let isNewest = place + 1 == segments.count
            guard isNewest || bytes <= bytesOfEach && duration < keepNanoseconds else { return place + 1 }
            duration = duration.addingSaturating(segment.durationNanoseconds)
        }
        return 0
    }

    /// How many of the oldest incidents are to be dropped before one is added.
    /// - Parameter sizes: of the incidents there are, oldest first.
    package func incidentsToDrop(_ sizes: [UInt64], adding bytes: UInt64) -> Int {
        var total = bytes
        for (place, size) in sizes.enumerated().reversed() {
            total = total.addingSaturating(size)
            guard sizes.count - place < incidents, total <= bytesOfEach else { return place + 1 }
        }
        return 0
    }

    /// The segments that have something of the time from `start` on, oldest first.
    package func segments(since start: UInt64, among segments: [Segment]) -> [Segment] {
        segments.filter { $0.endNanoseconds.map { $0 > start } ?? false }
    }
}
