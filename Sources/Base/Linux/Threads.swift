import CLinux
import Glibc

/// Threads for work that blocks, which the pool of Swift's concurrency is not made for.
package enum Threads {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on so many threads at once, this one among them, and waits for all. Where the system gives fewer, those do the work.
    package static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        var others: [pthread_t] = []
        for _ in 1..<max(1, count) {
            guard let thread = create(body) else { break }
            others.append(thread)
        }
        body()
        for thread in others { pthread_join(thread, nil) }
    }

    /// Runs `body` on a thread of its own, which nobody waits for and no signal is handled on; here, before it returns, where the system gives
    /// none. The thread has the capabilities that this one has now.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        var (all, before) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        if let thread = create(body) { pthread_detach(thread) } else { body() }
    }

    /// nil where the system gives no thread.
    private static func create(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var thread = pthread_t()
        let work = unsafe Unmanaged.passRetained(Work(body))
        let result = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard result == 0 else {
            unsafe work.release()
            return nil
        }
        return thread
    }
}
