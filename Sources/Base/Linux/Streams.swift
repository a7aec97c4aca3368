import Glibc

/// What several programs or devices say at the same time, each into a buffer of its own, so that none has to wait for another.
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
    /// What read(2) fills.
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// - Parameter limit: how many bytes of each are kept; what comes after them is read and dropped.
    package init(_ descriptors: [Int32], limit: Int) {
        streams = descriptors.map { Stream(descriptor: $0) }
        self.limit = limit
    }

    /// Whether any of them has not come to its end.
    package var areOpen: Bool { streams.contains { $0.isOpen } }

    package subscript(index: Int) -> [UInt8] { streams[index].bytes }

    /// Whether bytes were dropped.
    package func wasCut(_ index: Int) -> Bool { streams[index].wasCut }

    /// Waits until something comes, and reads it. Also returns when `other` becomes readable: true then.
    @discardableResult
    package mutating func wait(milliseconds: Int32, other: Int32 = -1) -> Bool {
        // A negative descriptor is passed over by poll(2).
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
