import Glibc
import Synchronization

/// The consumer's end of a BPF ring buffer.
///
/// ```
/// page 0          consumer position (ours to write)
/// page 1          producer position (the kernel's)
/// page 2 ...      data, mapped twice in a row: no record ever wraps
/// ```
/// Source: kernel/bpf/ringbuf.c (v5.8), ringbuf_map_mmap and the layout above `struct bpf_ringbuf`.
@safe
package struct RingBuffer: ~Copyable {
    private let consumerPage: MappedMemory
    private let producerPages: MappedMemory
    /// Bytes of data the ring holds, a power of two.
    package let capacity: Int
    /// Readable by poll(2) when the kernel was asked to wake the consumer.
    package let descriptor: Int32

    package init(_ map: BPFMap) throws(BPFError) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let consumer = try MappedMemory(
            descriptor: map.descriptor, size: page, writable: true, name: "the ring's consumer page")
        let producer = try MappedMemory(
            descriptor: map.descriptor, size: page + 2 * map.entries, offset: page, writable: false, name: "the ring's data")
        // Nothing can fail from here on: a noncopyable value can't be left half initialised.
        descriptor = map.descriptor
        capacity = map.entries
        consumerPage = consumer
        producerPages = producer
    }

    /// Passes every finished record to `body` and frees its room. Returns how many bytes were consumed.
    ///
    /// Stops at a record that a producer is still writing, and at the end of what had been produced when the call began, so a
    /// steady producer can't hold the consumer here. The bytes are valid only inside `body`.
    package func consume(_ body: (UnsafeRawBufferPointer) -> Void) -> Int {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let reader = unsafe RingReader(
            consumerPosition: consumerPage.base, producerPosition: producerPages.base,
            data: UnsafeRawPointer(producerPages.base + page), capacity: capacity)
        return unsafe reader.consume(body)
    }
}

/// Walks the records of a ring anywhere in memory: the kernel's, or one that a test has written.
@safe
package struct RingReader {
    /// Positions count bytes and never wrap; the low bits are the offset in the ring.
    package let consumerPosition: UnsafeMutableRawPointer
    package let producerPosition: UnsafeMutableRawPointer
    /// `2 * capacity` readable bytes: the data twice.
    package let data: UnsafeRawPointer
    package let capacity: Int

    // The header of a record: 32 bits of length with two flags, 32 bits that only the kernel needs.
    private static let headerSize: UInt64 = 8
    private static let busy: UInt32 = 1 << 31
    private static let discarded: UInt32 = 1 << 30

    package init(
        consumerPosition: UnsafeMutableRawPointer, producerPosition: UnsafeMutableRawPointer, data: UnsafeRawPointer,
        capacity: Int
    ) {
        unsafe self.consumerPosition = unsafe consumerPosition
        unsafe self.producerPosition = unsafe producerPosition
        unsafe self.data = unsafe data
        self.capacity = capacity
    }

    /// See ``RingBuffer/consume(_:)``.
    package func consume(_ body: (UnsafeRawBufferPointer) -> Void) -> Int {
        // Both positions are aligned 64-bit words that outlive this call; only this thread writes the consumer's.
        let consumer = unsafe consumerPosition.assumingMemoryBound(to: Atomic<UInt64>.self)
        let producer = unsafe producerPosition.assumingMemoryBound(to: Atomic<UInt64>.self)
        let start = unsafe consumer.pointee.load(ordering: .relaxed)
        let end = unsafe producer.pointee.load(ordering: .acquiring)
        let mask = UInt64(capacity - 1)
        var position = start
        while position < end {
            let record = unsafe UnsafeMutableRawPointer(mutating: data + Int(position & mask))
            let length = unsafe record.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .acquiring)
            if length & RingReader.busy != 0 { break }
            let size = UInt64(length & ~RingReader.discarded)
            if length & RingReader.discarded == 0 {
                unsafe body(UnsafeRawBufferPointer(start: record + Int(RingReader.headerSize), count: Int(size)))
            }
            position += (size + RingReader.headerSize + 7) & ~7
            unsafe consumer.pointee.store(position, ordering: .releasing)
        }
        return Int(position - start)
    }
}
