import Glibc

/// Reads the output of several programs or devices at once, each into its own buffer, so none has to wait for another.
///
/// The descriptors belong to the caller, who keeps them open as long as this is used.
package struct Streams {
    private struct Stream {
        let descriptor: Int32
        var bytes: [UInt8] = []
        var isOpen = true
        var wasCut = false
    }

    private var streams: [Stream]
    private let limit: Int
    /// The buffer for read(2).
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// - Parameter limit: how many bytes of each are kept. The rest is read and dropped.
    package init(_ descriptors: [Int32], limit: Int) {
        streams = descriptors.map { Stream(descriptor: $0) }
        self.limit = limit
    }

    /// Whether any of them has not ended.
    package var areOpen: Bool { streams.contains { $0.isOpen } }

    package subscript(index: Int) -> [UInt8] { streams[index].bytes }

    /// Whether bytes were dropped.
    package func wasCut(_ index: Int) -> Bool { streams[index].wasCut }

    /// Waits for data and reads it. Returns true if `other` became readable.
    @discardableResult
    package mutating func wait(milliseconds: Int32, other: Int32 = -1) -> Bool {
        // poll(2) ignores negative descriptors.
        var polls = streams.map { pollfd(fd: $0.isOpen ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0) }
        polls.append(pollfd(fd: other, events: Int16(POLLIN), revents: 0))
        guard unsafe poll(&polls, nfds_t(polls.count), milliseconds) > 0 else { return false }
        for index in streams.indices where polls[index].revents != 0 { read(index) }
        return polls[streams.count].revents != 0
    }

    private mutating func read(_ index: Int) {
        let count = unsafe Glibc.read(streams[index].descriptor, &buffer, buffer.count)
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
        guard count > 0 else {
            streams[index].isOpen = false
            return
        }
        let room = limit - streams[index].bytes.count
        streams[index].bytes += buffer[..<min(count, room)]
        if count > room { streams[index].wasCut = true }
    }
}

extension ContinuousClock.Instant {
    /// How long until then, for poll(2): from 0 to `most` milliseconds.
    package func milliseconds(atMost most: Int32) -> Int32 {
        let left = ContinuousClock.now.duration(to: self)
        return left <= .zero ? 0 : Int32(min(left / .milliseconds(1) + 1, Double(most)))
    }
}
