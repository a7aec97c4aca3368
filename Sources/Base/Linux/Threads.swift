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
                break
            }
            others.append(thread)
        }
        body()
        for thread in others { pthread_join(thread, nil) }
    }
}
