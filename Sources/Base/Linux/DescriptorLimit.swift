import Glibc

/// How many descriptors this process may have open: RLIMIT_NOFILE.
package enum DescriptorLimit {
    /// Raises it as far as this process may. A command gets back the limit that this process was started with (``GatedChild``).
    package static func raise() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
