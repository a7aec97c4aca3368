/// Several boots of each of several kernels: in which order they are made, and what their profiles are called.
package enum KernelTurns {
    /// The order of boots, by index of the kernel: A B B A A B B A … for two. Each round has every kernel once, so what changes with time
    /// affects all of them alike.
    package static func order(kernels: Int, boots: Int) -> [Int] {
        (0..<max(0, boots)).flatMap { $0 % 2 == 0 ? Array(0..<kernels) : (0..<kernels).reversed() }
    }

    /// A release as a part of a file's name. The kernel's file can say anything.
    package static func fileName(_ release: String) -> String {
        let isPlain: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || "._+~-".contains($0)) }
        let plain = String(release.prefix(100).map { isPlain($0) ? $0 : "_" })
        return plain.hasPrefix(".") ? "_" + plain.dropFirst() : plain
    }
}
