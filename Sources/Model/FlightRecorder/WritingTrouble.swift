import SaturatingMath

/// A stretch in which a recorder can't write: when it begins, when it is over, and what is missing.
///
/// On a full disk, what is left of a page still takes an interval of few bytes after one that found no room. So a write that succeeds is
/// not the end of it.
package struct WritingTrouble: Sendable, Hashable {
    package private(set) var isUnderWay = false
    /// Intervals that are in no file: since the stretch began, and in all.
    package private(set) var missing: UInt64 = 0
    package private(set) var unwritten: UInt64 = 0
    /// Intervals that were written since the last failure.
    private var written = 0
    /// Whether the last failure was for want of room.
    private var isFull = false

    /// A disk with so much room isn't full: an interval takes a few KiB at most as a rule.
    package static let enoughRoom: UInt64 = 64 << 10
    /// Where room says nothing, so many intervals in a row are the end of it.
    package static let enoughWritten = 10

    package init() {}

    /// An interval, or the end of a segment, could not be written.
    /// - Returns: whether a stretch begins with it.
    package mutating func fail(isFull: Bool, isInterval: Bool) -> Bool {
        let begins = !isUnderWay
        if begins { missing = 0 }
        (isUnderWay, written, self.isFull) = (true, 0, isFull)
        if isInterval { (missing, unwritten) = (missing.addingSaturating(1), unwritten.addingSaturating(1)) }
        return begins
    }

    /// An interval was written.
    /// - Parameter room: what may still be written, in bytes; nil where that isn't known.
    /// - Returns: whether a stretch is over with it.
    package mutating func succeed(room: UInt64?) -> Bool {
        guard isUnderWay else { return false }
        written += 1
        let isOver = isFull ? room.map { $0 >= Self.enoughRoom } ?? (written >= Self.enoughWritten) : written >= Self.enoughWritten
        if isOver { isUnderWay = false }
        return isOver
    }
}
