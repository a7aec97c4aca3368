import Glibc
import Linux

/// The bytes of an ELF file: an open file that may change at any time, or memory. Reading never goes through a mapping of the file, which
/// would end this process by SIGBUS when somebody cuts the file off.
///
/// Ownership: owns the descriptor. Threading: one thread at a time.
final class ELFSource {
    /// None, with the number -1, if it is memory.
    private let file: Descriptor
    private let memory: [UInt8]
    /// Bytes, when it was opened.
    let size: UInt64

    init(_ file: consuming Descriptor) {
        size = UInt64(max(0, file.size))
        self.file = consume file
        memory = []
    }

    init(memory: [UInt8]) {
        file = Descriptor(owning: -1)
        self.memory = memory
        size = UInt64(memory.count)
    }

    /// `count` bytes from an offset on; fewer where the file ends or can't be read. `count` is bounded by the caller.
    func read(at offset: UInt64, count: Int) -> [UInt8] {
        guard offset < size, count > 0 else { return [] }
        let wanted = Int(min(UInt64(count), size - offset))
        guard let start = Int(exactly: offset) else { return [] }
        let number = file.number
        guard number >= 0 else { return Array(memory[start..<start + wanted]) }
        return unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            filled = 0
            while filled < wanted {
                // `buffer` has room for `wanted` bytes.
                let got = unsafe pread(number, buffer.baseAddress! + filled, wanted - filled, start + filled)
                if got < 0 && errno == EINTR { continue }
                guard got > 0 else { return }
                filled += got
            }
        }
    }

    /// Exactly so many bytes. Errors: `damaged`.
    func exactly(_ count: Int, at offset: UInt64) throws(ELFError) -> [UInt8] {
        let bytes = read(at: offset, count: count)
        guard bytes.count == count else { throw .damaged }
        return bytes
    }
}

/// Little-endian numbers in bytes. Outside of them there are only zeros.
struct ByteReader {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number {
        guard offset >= 0, offset <= bytes.count - MemoryLayout<Number>.size else { return 0 }
        // The bytes are inside; they needn't be aligned.
        return unsafe bytes.withUnsafeBytes {
            Number(littleEndian: unsafe $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
    }

    func half(_ offset: Int) -> UInt16 { number(at: offset, as: UInt16.self) }

    func word(_ offset: Int) -> UInt32 { number(at: offset, as: UInt32.self) }

    /// An address: 8 bytes, or 4.
    func address(_ offset: Int, is64: Bool) -> UInt64 {
        is64 ? number(at: offset, as: UInt64.self) : UInt64(word(offset))
    }
}
