import Glibc
import Linux
import Symbols
import Synchronization

/// Looks up functions on a thread of its own, so that the kernel's ring is emptied meanwhile: a program may have 300,000 functions, and
/// /proc/kallsyms takes 0.15 s.
///
/// The thread is there while there is work. Stacks that nobody holds any more are left out: most slow calls are soon displaced by slower
/// ones.
///
/// Threading: any thread may ask.
final class NamingThread: Sendable {
    /// The stacks to be looked up, and the addresses of the kernel.
    private struct Work {
        var stacks: [WeakStack] = []
        var addresses: Set<UInt64> = []
        var isBusy = false

        private mutating func next() -> Job? {
            if !addresses.isEmpty {
                defer { addresses = [] }
                return .addresses(addresses)
            }
            while let stack = stacks.popLast() {
                if let stack = stack.stack { return .stack(stack) }
            }
            return nil
        }

        /// Whether a thread has to be started.
        mutating func begin() -> Bool {
            defer { isBusy = true }
            return !isBusy
        }

        /// The next job; with none the thread ends.
        mutating func nextOrEnd() -> Job? {
            let job = next()
            if job == nil { isBusy = false }
            return job
        }
    }

    private struct WeakStack {
        weak var stack: NamedStack?
    }

    private enum Job {
        case stack(NamedStack)
        case addresses(Set<UInt64>)
    }

    /// Names of the kernel, as far as they were looked up.
    struct KernelNames: Sendable {
        var places: [UInt64: KernelPlace] = [:]
        var sought: Set<UInt64> = []
        /// Why functions have no names.
        var problem: KernelSymbols.Problem?
    }

    private let work = Mutex(Work())
    private let namer: Mutex<StackNamer>
    private let kernel = Mutex(KernelNames())
    private let lost = Mutex(NamingLosses())

    /// How many stacks may wait: more than are kept of slow calls.
    private static let mostWaiting = 1 << 14

    /// - Parameter programs: paths of programs that are likely to be met.
    init(programs: [String]) { namer = Mutex(StackNamer(programs: programs)) }

    /// What names may lack until now.
    var losses: NamingLosses { lost.withLock { $0 } }

    var kernelNames: KernelNames { kernel.withLock { $0 } }

    /// Has stacks looked up, the last ones first: processes end. One for which there is no room may be asked for again.
    func name(_ stacks: [NamedStack]) {
        let new = stacks.filter { $0.beginToWait() }
        guard !new.isEmpty else { return }
        let mustStart = work.withLock { work in
            if work.stacks.count + new.count > NamingThread.mostWaiting { work.stacks.removeAll { $0.stack == nil } }
            let room = max(0, NamingThread.mostWaiting - work.stacks.count)
            work.stacks += new.prefix(room).map { WeakStack(stack: $0) }
            for stack in new.dropFirst(room) { stack.giveUpWaiting() }
            return work.begin()
        }
        if mustStart { start() }
    }

    /// Has addresses of the kernel looked up, each once.
    func name(_ addresses: Set<UInt64>) {
        let new = kernel.withLock { names in
            defer { names.sought.formUnion(addresses) }
            return addresses.subtracting(names.sought)
        }
        guard !new.isEmpty else { return }
        let mustStart = work.withLock { work in
            work.addresses.formUnion(new)
            return work.begin()
        }
        if mustStart { start() }
    }

    /// Waits until nothing is left to be looked up, but not longer than so many milliseconds.
    func wait(milliseconds: Int) {
        let end = Clock.monotonic + UInt64(milliseconds) * 1_000_000
        while work.withLock({ $0.isBusy }), Clock.monotonic < end { usleep(500) }
    }

    private func start() {
        Threads.start { [self] in
            while let job = work.withLock({ $0.nextOrEnd() }) { run(job) }
        }
    }

    private func run(_ job: Job) {
        switch job {
        case .stack(let stack):
            let losses = namer.withLock { namer in
                stack.name(with: &namer)
                return namer.losses
            }
            lost.withLock { $0 = losses }
        case .addresses(let addresses):
            let symbols = KernelSymbols(addresses: addresses, areReturns: true)
            kernel.withLock { names in
                names.places.merge(symbols.places) { first, _ in first }
                names.problem = symbols.problem
            }
        }
    }
}
