/// What an image of the vDSO holds: its functions, where they are, and the kernel that it belongs to.
///
/// It is read from the image itself, never from a list of what a kernel should have. Source: vdso(7), elf(5).
package struct VDSOImage: Sendable, Hashable {
    /// One dynamic symbol that the image defines.
    package struct Symbol: Sendable, Hashable {
        /// As it stands in the image: `__vdso_clock_gettime`.
        package var name: String
        /// `LINUX_2.6`; nil if the image has no versions or the symbol has none.
        package var version: String?
        /// Bytes from the start of the image.
        package var offset: Int
        /// Bytes.
        package var size: Int
        /// Code, not data or the name of a version.
        package var isFunction: Bool

        package init(name: String, version: String?, offset: Int, size: Int, isFunction: Bool) {
            self.name = name
            self.version = version
            self.offset = offset
            self.size = size
            self.isFunction = isFunction
        }

        /// The name without the prefix that marks a function of the vDSO: `clock_gettime`.
        package var stem: String {
            for prefix in VDSOImage.prefixes where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
            return name
        }
    }

    /// Every symbol that the image defines, in the image's order.
    package let symbols: [Symbol]
    /// LINUX_VERSION_CODE of the kernel that the image was built with; nil if no note has it.
    package let kernelVersion: KernelVersion?
    /// Bytes.
    package let size: Int
    /// One symbol for each function, by offset.
    private let functions: [Symbol]

    /// The prefixes of exported functions on x86 and riscv, and on aarch64.
    static let prefixes = ["__vdso_", "__kernel_"]

    /// Reads an image of any architecture, from memory or from a file.
    ///
    /// An image without symbols has no functions. Errors: see ``VDSOImageError``; no bytes make it trap.
    package init(_ bytes: [UInt8]) throws(VDSOImageError) {
        let elf = try ELFBytes(bytes)
        let layout = try ELFLayout(elf)
        self.init(symbols: try layout.symbols(elf), kernelVersion: try layout.kernelVersion(elf), size: bytes.count)
    }

    init(symbols: [Symbol], kernelVersion: KernelVersion?, size: Int) {
        self.symbols = symbols
        self.kernelVersion = kernelVersion
        self.size = size
        var byOffset: [Int: Symbol] = [:]
        for symbol in symbols where symbol.isFunction {
            // Prefer a name with the prefix, which weak aliases lack, and then the first in alphabetical order.
            guard let known = byOffset[symbol.offset] else {
                byOffset[symbol.offset] = symbol
                continue
            }
            let isPrefixed = symbol.stem != symbol.name
            if isPrefixed != (known.stem != known.name) ? isPrefixed : symbol.name < known.name {
                byOffset[symbol.offset] = symbol
            }
        }
        functions = byOffset.values.sorted { $0.offset < $1.offset }
    }

    /// The names of the exported functions as they stand in the image, each once, in alphabetical order: `__vdso_clock_gettime`.
    package var functionNames: [String] { functions.map(\.name).sorted() }

    /// Each exported function once, by offset, under its name in ``functionNames``.
    package var exportedFunctions: [Symbol] { functions }

    /// The function that programs know as `name`: `__vdso_NAME`, or else `__kernel_NAME`, or else NAME itself.
    package func function(named name: String) -> Symbol? {
        for spelling in VDSOImage.prefixes.map({ $0 + name }) + [name] {
            if let symbol = symbols.first(where: { $0.isFunction && $0.name == spelling }) { return symbol }
        }
        return nil
    }

    /// The exported function that the code at an offset belongs to.
    ///
    /// That is the function whose size covers it, or else the nearest before it: what a function calls without inlining it (the
    /// ChaCha20 block of getrandom) is in the same image without a symbol. nil for an offset outside the image, and for code
    /// before the first exported function, which several functions may call.
    package func function(at offset: Int) -> Symbol? {
        guard offset >= 0, offset < size else { return nil }
        return functions.last { $0.offset <= offset && offset - $0.offset < $0.size } ?? functions.last { $0.offset <= offset }
    }
}

/// A kernel's version, as LINUX_VERSION_CODE packs it: `6.18.44`.
package struct KernelVersion: Sendable, Hashable, CustomStringConvertible {
    package var code: UInt32

    package init(code: UInt32) { self.code = code }

    /// The third number is at most 255: 255 stands for all later ones too (Makefile, Linux 4.4.256).
    package var description: String { "\(code >> 16).\(code >> 8 & 0xff).\(code & 0xff)" }
}
