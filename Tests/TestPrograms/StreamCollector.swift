import Foundation

/// Reads what a program writes on a thread of its own, so neither side waits for the other.
package final class StreamCollector: @unchecked Sendable {
    private let condition = NSCondition()
    private var data = Data()
    private var isComplete: Bool

    /// Takes a descriptor over; nil for a stream that nobody reads.
    init(_ descriptor: Int32?) {
        isComplete = descriptor == nil
        guard let descriptor else { return }
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                condition.lock()
                if count > 0 { data.append(contentsOf: buffer[..<count]) } else { isComplete = true }
                condition.broadcast()
                condition.unlock()
                if count <= 0 { break }
            }
            close(descriptor)
        }
    }

    /// What came so far.
    package var soFar: Data {
        condition.lock()
        defer { condition.unlock() }
        return data
    }

    /// All of it, or nil if somebody may still write after `seconds`.
    package func whole(within seconds: Double = RunningProgram.patience) -> Data? {
        when(within: seconds) { isComplete }
    }

    /// What came, once it has some words or the stream has ended. Nil if neither is so within `seconds`.
    package func until(_ words: String, within seconds: Double = RunningProgram.patience) -> Data? {
        when(within: seconds) { isComplete || data.range(of: Data(words.utf8)) != nil }
    }

    private func when(within seconds: Double, _ holds: () -> Bool) -> Data? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while !holds() { guard condition.wait(until: deadline) else { return nil } }
        return data
    }
}
