import BPFRuntime

/// The programs on the tracepoints of io_uring (BPF/uring.bpf.h), attached.
struct RequestHooks: ~Copyable {
    private let complete, fail, submit: BPFLink
    /// Not on kernels without the tracepoint.
    private let hide: BPFLink?

    static var submissions: [String] { submit + [failure] }
    static let completion = "request_complete"
    /// One of them finds its tracepoint.
    private static let submit = ["request_submit", "request_submit_older"]
    private static let failure = "request_fail"
    private static let hidden = "request_hide"
    private static let understands = "requests_understood"

    static var programs: [String] { submissions + [completion, hidden, understands] }

    /// nil where the kernel has no such tracepoints, or others than the programs understand.
    init?(_ object: borrowing BPFObject) {
        guard (try? object.run(RequestHooks.understands)) == 1 else { return nil }
        // The submissions come last: no request is kept whose completion isn't seen.
        guard let complete = try? object.attach(RequestHooks.completion),
            let fail = try? object.attach(RequestHooks.failure),
            let submit = RequestHooks.submit.firstLink(in: object)
        else { return nil }
        hide = try? object.attach(RequestHooks.hidden)
        self.complete = complete
        self.fail = fail
        self.submit = submit
    }
}

extension [String] {
    /// Attaches the first of the programs that the kernel lets attach; nil if it lets none.
    func firstLink(in object: borrowing BPFObject) -> BPFLink? {
        for program in self {
            if let link = try? object.attach(program) { return link }
        }
        return nil
    }
}
