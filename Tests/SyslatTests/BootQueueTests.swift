import Foundation
import Synchronization
import Testing

@testable import syslat

/// Boots that run at once: each is made once, and the time that is left is estimated from those that are over.
@Suite struct BootQueueTests {
    private func items(_ count: Int) -> [BootQueue.Item] {
        (1...count).map { BootQueue.Item(number: $0, kernel: $0 % 2, name: "6.1.0-\($0)") }
    }

    @Test func `every boot is taken once, in order`() throws {
        let queue = BootQueue(items(5))
        #expect((1...5).map { _ in queue.take()?.number } == [1, 2, 3, 4, 5])
        #expect(queue.take() == nil && queue.count == 5)
    }

    @Test func `failed boots are counted`() throws {
        let queue = BootQueue(items(3))
        while let item = queue.take() {
            try queue.finish(item, BootQueue.Result(hasFailed: item.number == 2))
        }
        #expect(queue.failures == 1)
    }

    @Test(arguments: [
        (0, 14, 60, ""), (1, 14, 60, " · about 13 min left"), (7, 14, 700, " · about 12 min left"),
        (13, 14, 13, " · about 1.0 s left"),
    ])
    func `the time left follows from the boots that are over`(done: Int, count: Int, seconds: Int, text: String) {
        #expect(BootQueue.timeLeft(done: done, of: count, after: .seconds(seconds)) == text)
    }

    @Test func `no boot is begun when time is up, and those under way are finished`() throws {
        let queue = BootQueue(items(3), until: .now + .milliseconds(200))
        let first = try #require(queue.take())
        Thread.sleep(forTimeInterval: 0.25)
        #expect(queue.take() == nil && queue.taken == 1)
        try queue.finish(first, BootQueue.Result(hasFailed: true))
        #expect(queue.failures == 1)
    }
}
