import BPFRuntime

/// The programs on the tracepoints of io_uring (BPF/uring.bpf.h), attached.
struct RequestHooks: ~Copyable {
    private let complete, fail, submit: BPFLink
    /// Not on kernels without the tracepoint.
    private let hide: BPFLink?

    /// Their names in the object.
    struct Programs {
        let completion: String
        let submissions: [String]
        let failure: String
        let hidden: String
        private static let understands = "requests_understood"

        /// Of the submissions, the first that finds its tracepoint is used.
        init(_ hook: TracepointHooks.Hook) {
            let suffix = hook.suffix
            completion = "request_complete\(suffix)"
            // Kernels that need classic programs are too new for the other one.
            submissions = hook == .direct ? ["request_submit", "request_submit_older"] : ["request_submit\(suffix)"]
            failure = "request_fail\(suffix)"
            hidden = "request_hide\(suffix)"
        }

        var all: [String] { submissions + [failure, completion, hidden, Programs.understands] }

        /// Whether the programs understand what the kernel tells them.
        fileprivate func understand(_ object: borrowing BPFObject) -> Bool { (try? object.run(Programs.understands)) == 1 }
    }

    /// nil where the kernel has no such tracepoints, or others than the programs understand.
    init?(_ programs: Programs, _ attacher: borrowing Attacher, _ object: borrowing BPFObject) {
        guard programs.understand(object) else { return nil }
        // The submissions come last: no request is kept whose completion isn't seen.
        guard let complete = try? attacher.attach(programs.completion, of: object),
            let fail = try? attacher.attach(programs.failure, of: object),
            let submit = attacher.firstLink(programs.submissions, of: object)
        else { return nil }
        hide = try? attacher.attach(programs.hidden, of: object)
        self.complete = complete
        self.fail = fail
        self.submit = submit
    }
}
