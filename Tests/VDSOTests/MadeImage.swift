/// An image with two functions, written after elf(5), without the reader's code.
struct MadeImage {
    /// The only table that tells how many symbols there are.
    enum Count: CaseIterable {
        case sysv, gnu, sections
    }

    var is64: Bool
    var count: Count
    var base: UInt64 = 0
    var hasDynamic = true
    var hasSections = true

    init(is64: Bool, count: Count) {
        self.is64 = is64
        self.count = count
    }

    // Where each part is.
    private static let note = 0x120
    private static let symbols = 0x180
    private static let strings = 0x200
    private static let versions = 0x280
    private static let definitions = 0x290
    private static let hash = 0x300
    private static let dynamic = 0x400
    private static let sections = 0x500
    private static let names = "\0__kernel_gettimeofday\0__kernel_clock_gettime\0LINUX_2.6.39\0linux-vdso.so.1\0"

    func bytes() -> [UInt8] {
        var image = Words(is64: is64, bytes: [UInt8](repeating: 0, count: 0x1000))
        header(&image)
        programHeaders(&image)
        image.put([4 + 2, 4, 0], at: Self.note, width: 4)
        image.put(text: "Linux\0", at: Self.note + 12)
        image.put([6 << 16 | 18 << 8 | 44], at: Self.note + 20, width: 4)
        symbols(&image)
        image.put(text: Self.names, at: Self.strings)
        versions(&image)
        switch count {
        case .sysv: image.put([1, 3, 2, 0, 0, 1], at: Self.hash, width: 4)
        case .gnu: gnuHash(&image)
        case .sections: break
        }
        if hasDynamic { dynamic(&image) }
        // One section header of type DYNSYM, after the null one.
        let size = is64 ? 64 : 40
        if hasSections && count == .sections {
            image.put([11], at: Self.sections + size + 4, width: 4)
            image.put([UInt64(3 * symbolSize)], at: Self.sections + size + (is64 ? 32 : 20), width: image.word)
        }
        return image.bytes
    }

    private var symbolSize: Int { is64 ? 24 : 16 }

    private func header(_ image: inout Words) {
        image.put([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, 1, 1], at: 0, width: 1)
        image.put([3, is64 ? 183 : 40], at: 16, width: 2)
        image.put([UInt64(is64 ? 64 : 52)], at: is64 ? 32 : 28, width: image.word)
        image.put([UInt64(Self.sections)], at: is64 ? 40 : 32, width: image.word)
        image.put([is64 ? 56 : 32, 3, is64 ? 64 : 40, hasSections && count == .sections ? 2 : 0], at: is64 ? 54 : 42, width: 2)
    }

    private func programHeaders(_ image: inout Words) {
        let parts: [(type: UInt64, offset: Int, size: Int)] = [
            (1, 0, 0x1000), (hasDynamic ? 2 : 6, Self.dynamic, 16 * 12), (4, Self.note, 24),
        ]
        for (index, part) in parts.enumerated() {
            let start = (is64 ? 64 : 52) + index * (is64 ? 56 : 32)
            image.put([part.type], at: start, width: 4)
            let address = base &+ UInt64(part.offset)
            let (offset, size) = (UInt64(part.offset), UInt64(part.size))
            image.put([offset, address, address, size, size], at: start + (is64 ? 8 : 4), width: image.word)
        }
    }

    private func symbols(_ image: inout Words) {
        let functions: [(name: UInt64, value: UInt64, size: UInt64)] = [(1, 0x800, 0x40), (23, 0x840, 0x50)]
        for (index, function) in functions.enumerated() {
            let start = Self.symbols + (index + 1) * symbolSize
            image.put([function.name], at: start, width: 4)
            if is64 {
                image.put([0x12, 0], at: start + 4, width: 1)
                image.put([1], at: start + 6, width: 2)
                image.put([base &+ function.value, function.size], at: start + 8, width: 8)
            } else {
                image.put([base &+ function.value, function.size], at: start + 4, width: 4)
                image.put([0x12, 0], at: start + 12, width: 1)
                image.put([1], at: start + 14, width: 2)
            }
        }
    }

    private func versions(_ image: inout Words) {
        image.put([0, 2, 2], at: Self.versions, width: 2)
        // The image's own name, then the version.
        for (index, name) in [(0, 59), (1, 46)] as [(Int, UInt64)] {
            let start = Self.definitions + index * 28
            image.put([1, index == 0 ? 1 : 0, UInt64(index) + 1, 1], at: start, width: 2)
            image.put([0, 20, index == 0 ? 28 : 0, name, 0], at: start + 8, width: 4)
        }
    }

    /// One bucket, which begins with symbol 1, and a chain that ends with symbol 2.
    private func gnuHash(_ image: inout Words) {
        image.put([1, 1, 1, 0], at: Self.hash, width: 4)
        image.put([1, 0x1000, 0x1001], at: Self.hash + 16 + image.word, width: 4)
    }

    private func dynamic(_ image: inout Words) {
        var tags: [(UInt64, UInt64)] = [
            (5, base &+ UInt64(Self.strings)), (6, base &+ UInt64(Self.symbols)), (10, UInt64(Self.names.utf8.count)),
            (11, UInt64(symbolSize)), (0x6fff_fff0, base &+ UInt64(Self.versions)),
            (0x6fff_fffc, base &+ UInt64(Self.definitions)), (0x6fff_fffd, 2),
        ]
        switch count {
        case .sysv: tags.append((4, base &+ UInt64(Self.hash)))
        case .gnu: tags.append((0x6fff_fef5, base &+ UInt64(Self.hash)))
        case .sections: break
        }
        image.put(tags.flatMap { [$0.0, $0.1] } + [0, 0], at: Self.dynamic, width: image.word)
    }
}

/// Little-endian numbers in bytes.
private struct Words {
    let is64: Bool
    var bytes: [UInt8]
    var word: Int { is64 ? 8 : 4 }

    mutating func put(_ numbers: [UInt64], at offset: Int, width: Int) {
        for (index, number) in numbers.enumerated() {
            for byte in 0..<width { bytes[offset + index * width + byte] = UInt8(truncatingIfNeeded: number >> UInt64(8 * byte)) }
        }
    }

    mutating func put(text: String, at offset: Int) {
        for (index, byte) in text.utf8.enumerated() { bytes[offset + index] = byte }
    }
}
