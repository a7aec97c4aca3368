import Glibc

/// The running kernel's release, such as `6.12.117+deb12-cloud-amd64` (uname(2)).
package enum KernelRelease {
    package static var current: String {
        var names = utsname()
        unsafe uname(&names)
        // The kernel ends each name with a NUL.
        return unsafe withUnsafeBytes(of: names.release) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
