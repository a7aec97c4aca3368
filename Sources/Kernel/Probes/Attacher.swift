import BPFRuntime
import Glibc

/// Attaches programs to their tracepoints: directly, or through perf events.
struct Attacher: ~Copyable {
    /// nil if no program is classic.
    let events: TracepointEvents?

    func attach(_ program: String, of object: borrowing BPFObject) throws(BPFError) -> BPFLink {
        guard let tracepoint = object.classicTracepoint(of: program) else { return try object.attach(program) }
        let event = try open(tracepoint)
        do throws(BPFError) { return try object.attach(program, toPerfEvent: event) } catch {
            close(event)
            throw error
        }
    }

    private func open(_ tracepoint: String) throws(BPFError) -> Int32 {
        switch events {
        case .some(let events): try events.open(tracepoint)
        case nil: throw BPFError("find the event of \(tracepoint)", code: ENOENT)
        }
    }

    /// Attaches the first of the programs that the kernel lets attach; nil if it lets none.
    func firstLink(_ programs: [String], of object: borrowing BPFObject) -> BPFLink? {
        for program in programs {
            if let link = try? attach(program, of: object) { return link }
        }
        return nil
    }
}
