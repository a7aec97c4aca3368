import Linux
import PlainText
import Presentation
import Synchronization

/// The boots of a bench, which threads take one after the other. What they say comes out in the order of the boots.
final class BootQueue: Sendable {
    /// One boot to make.
    struct Item: Sendable {
        /// From 1 on.
        var number: Int
        var kernel: Int
        /// Of its profile: `6.1.0-3`.
        var name: String
    }

    /// What came of one boot. Texts are whole lines.
    struct Result: Sendable {
        /// What standard output gets, in the order of the boots.
        var output = ""
        /// What is said at once.
        var message = ""
        /// What the guest said beside its profile. Said once for each kernel, though every boot has it.
        var remarks = ""
        var hasFailed = false
    }

    private struct State {
        var next = 0
        var running: Set<Int> = []
        /// What the boots that are over say to standard output, until all before them are.
        var said: [Int: String] = [:]
        var told = 0
        var failures = 0
        /// What boots of each kernel have said.
        var heard: [Int: Set<String>] = [:]
    }

    private let items: [Item]
    /// When no more boots are begun; nil for never.
    private let end: ContinuousClock.Instant?
    private let tellsFiles: Bool
    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// - Parameter tellsFiles: whether standard output gets what boots have for it.
    init(_ items: [Item], until end: ContinuousClock.Instant? = nil, tellsFiles: Bool = true) {
        (self.items, self.end, self.tellsFiles) = (items, end, tellsFiles)
    }

    var failures: Int { state.withLock(\.failures) }
    var count: Int { items.count }
    /// How many have been begun.
    var taken: Int { state.withLock(\.next) }

    /// The next boot; nil where none is left.
    func take() -> Item? {
        state.withLock { state in
            guard state.next < items.count, end.map({ ContinuousClock.now < $0 }) ?? true else { return nil }
            let item = items[state.next]
            state.next += 1
            state.running.insert(item.number)
            show(state)
            return item
        }
    }

    /// Notes that a boot is over.
    func finish(_ item: Item, _ result: Result) throws(CommandError) {
        let ready = state.withLock { state -> String in
            state.running.remove(item.number)
            state.failures += result.hasFailed ? 1 : 0
            state.said[item.number] = result.output
            var ready = ""
            while let next = state.said.removeValue(forKey: state.told + 1) {
                ready += next
                state.told += 1
            }
            Terminal.showLine("")
            if !result.message.isEmpty { Terminal.say(result.message) }
            if !result.remarks.isEmpty, state.heard[item.kernel, default: []].insert(result.remarks).inserted {
                Terminal.say("syslat: \(item.name):\n\(result.remarks)")
            }
            show(state)
            return ready
        }
        if tellsFiles, !ready.isEmpty { try Output(path: nil).finish(ExactText.bytes(ready)) }
    }

    /// `boots 3, 4 of 14 · about 5 min left`.
    private func show(_ state: State) {
        guard !state.running.isEmpty else { return Terminal.showLine("") }
        let numbers = state.running.sorted().map(String.init).joined(separator: ", ")
        let done = state.next - state.running.count
        Terminal.showLine(
            "boot \(numbers) of \(items.count)\(BootQueue.timeLeft(done: done, of: items.count, after: start.duration(to: .now)))")
    }

    /// By the boots that are over; nothing before the first of them.
    static func timeLeft(done: Int, of count: Int, after elapsed: Duration) -> String {
        guard done > 0 else { return "" }
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let left = seconds / Double(done) * Double(count - done)
        return " · about \(HumanFormat.quantity(nanoseconds: left * 1e9, digits: 2).spaced) left"
    }
}
