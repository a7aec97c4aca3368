import BPFRuntime
import Testing

/// A ring that tests write as the kernel would: the data appears twice in a row, and positions never wrap.
@safe
private final class SyntheticRing {
    let capacity: Int
    private let positions: UnsafeMutablePointer<UInt64>
    private let data: UnsafeMutableRawPointer

    /// - Parameter position: where the consumer and the producer begin.
    init(capacity: Int = 64, position: UInt64 = 0) {
        self.capacity = capacity
        // Owned until deinit: the consumer's and the producer's position, and the data.
        unsafe positions = .allocate(capacity: 2)
        unsafe positions.initialize(repeating: position, count: 2)
        unsafe data = .allocate(byteCount: 2 * capacity, alignment: 8)
        unsafe data.initializeMemory(as: UInt8.self, repeating: 0xee, count: 2 * capacity)
    }

    deinit {
        unsafe positions.deallocate()
        unsafe data.deallocate()
    }

    var consumer: UInt64 { unsafe positions[0] }
    var producer: UInt64 { unsafe positions[1] }

    /// Appends a record; its bytes appear in both copies, as the double mapping shows them.
    func append(_ payload: [UInt8], flags: UInt32 = 0, length: UInt32? = nil) {
        let header = (length ?? UInt32(payload.count)) | flags
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: header >> UInt32($0 * 8)) } + [0xaa, 0xbb, 0xcc, 0xdd] + payload
        for (offset, byte) in bytes.enumerated() { write(byte, at: producer + UInt64(offset)) }
        unsafe positions[1] += UInt64(bytes.count + 7) / 8 * 8
    }

    func write(_ byte: UInt8, at position: UInt64) {
        let place = Int(position % UInt64(capacity))
        unsafe data.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        unsafe data.storeBytes(of: byte, toByteOffset: place + capacity, as: UInt8.self)
    }

    /// What one call of `consume` yields. `during` runs while it yields each record.
    func consume(during: (Int) -> Void = { _ in }) -> (records: [[UInt8]], bytes: Int) {
        var records: [[UInt8]] = []
        let reader = unsafe RingReader(
            consumerPosition: UnsafeMutableRawPointer(positions), producerPosition: UnsafeMutableRawPointer(positions + 1),
            data: UnsafeRawPointer(data), capacity: capacity)
        let bytes = unsafe reader.consume { record in
            unsafe records.append(Array(record))
            during(records.count)
        }
        return (records, bytes)
    }
}

@Suite struct RingReaderTests {
    private let busy: UInt32 = 1 << 31
    private let discarded: UInt32 = 1 << 30

    @Test func `an empty ring yields no records`() {
        let ring = SyntheticRing(position: 640)
        let (records, bytes) = ring.consume()
        #expect(records.isEmpty && bytes == 0)
        #expect(ring.consumer == 640)
    }

    @Test func `records come in order and without their headers`() {
        let ring = SyntheticRing(capacity: 128)
        ring.append([1, 2, 3, 4, 5, 6, 7, 8])
        ring.append(Array(10...33))
        let (records, bytes) = ring.consume()
        #expect(records == [[1, 2, 3, 4, 5, 6, 7, 8], Array(10...33)])
        #expect(bytes == 16 + 32)
        #expect(ring.consumer == 48)
        #expect(ring.consume().records.isEmpty)
    }

    @Test(arguments: 0...17)
    func `every record takes a multiple of eight bytes`(length: Int) {
        let ring = SyntheticRing(capacity: 128)
        ring.append(Array(repeating: 7, count: length))
        ring.append([9])
        let (records, bytes) = ring.consume()
        #expect(records == [Array(repeating: 7, count: length), [9]])
        #expect(bytes == (length + 15) / 8 * 8 + 16)
    }

    @Test func `an empty record takes only its header`() {
        let ring = SyntheticRing()
        ring.append([])
        let (records, bytes) = ring.consume()
        #expect(records == [[]])
        #expect(bytes == 8)
        #expect(ring.consumer == 8)
    }

    @Test func `a record still being written stops the reader until it is complete`() {
        let ring = SyntheticRing()
        ring.append([1])
        let pending = ring.producer
        ring.append([2], flags: busy)
        ring.append([3])
        #expect(ring.consume() == ([[1]], 16))
        #expect(ring.consumer == pending)
        #expect(ring.consume() == ([], 0))
        ring.write(0, at: pending + 3)
        #expect(ring.consume() == ([[2], [3]], 32))
    }

    @Test func `a discarded record is skipped and its room is freed`() {
        let ring = SyntheticRing(capacity: 128)
        ring.append(Array(repeating: 1, count: 20), flags: discarded)
        ring.append([2])
        ring.append([], flags: discarded)
        #expect(ring.consume() == ([[2]], 32 + 16 + 8))
        #expect(ring.consumer == ring.producer)
    }

    @Test func `a discarded record still being written stops the reader`() {
        let ring = SyntheticRing()
        ring.append([1], flags: busy | discarded)
        #expect(ring.consume() == ([], 0))
        #expect(ring.consumer == 0)
    }

    @Test func `a record may wrap around the end of the ring`() {
        for start in stride(from: UInt64(0), to: 64, by: 8) {
            // Far beyond 32 bits: positions count all bytes from the start.
            let ring = SyntheticRing(capacity: 64, position: (1 << 40) + start)
            let record = (0..<40).map { UInt8($0) + UInt8(start) }
            ring.append(record)
            ring.append([99])
            #expect(ring.consume() == ([record, [99]], 64), "from \(start)")
            #expect(ring.consumer == (1 << 40) + start + 64)
        }
    }

    @Test func `many rounds through a small ring lose no record`() {
        let ring = SyntheticRing(capacity: 64)
        for round in 0..<500 {
            let record = (0..<round % 49).map { UInt8(truncatingIfNeeded: $0 + round) }
            ring.append(record)
            #expect(ring.consume().records == [record])
        }
        #expect(ring.consumer == ring.producer)
    }

    @Test func `room is freed after each record`() {
        let ring = SyntheticRing(capacity: 128)
        for number in 1...3 as ClosedRange<UInt8> { ring.append([number]) }
        var seen: [UInt64] = []
        _ = ring.consume { _ in seen.append(ring.consumer) }
        #expect(seen == [0, 16, 32])
        #expect(ring.consumer == 48)
    }

    @Test func `a busy producer doesn't keep the reader from returning`() {
        let ring = SyntheticRing(capacity: 128)
        ring.append([1])
        ring.append([2])
        let first = ring.consume { if $0 <= 4 { ring.append([UInt8(10 + $0)]) } }
        #expect(first == ([[1], [2]], 32))
        #expect(ring.consume() == ([[11], [12]], 32))
    }
}
