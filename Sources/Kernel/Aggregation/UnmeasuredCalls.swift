package import CSyslatABI

/// How many unmeasured calls of one call index have completed so far on all CPUs, by completion.
package struct UnmeasuredCalls: Sendable, Hashable {
    package let index: Int
    package private(set) var byCompletion = [UInt64](repeating: 0, count: Int(SYSLAT_COMPLETIONS))

    /// - Parameter shares: each CPU's.
    package init(index: Int, shares: some Sequence<syslat_unmeasured>) {
        self.index = index
        for share in shares {
            // The type has only the words of one array.
            unsafe withUnsafeBytes(of: share.calls) { bytes in
                let words = unsafe bytes.bindMemory(to: UInt64.self)
                for completion in byCompletion.indices { unsafe byCompletion[completion] &+= words[completion] }
            }
        }
    }
}
