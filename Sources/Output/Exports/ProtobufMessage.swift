/// A message in the wire format of Protocol Buffers, field by field.
///
/// Source: https://protobuf.dev/programming-guides/encoding/
struct ProtobufMessage {
    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
    }

    private(set) var bytes: [UInt8] = []

    /// A number. 0 is what a field is without being written.
    mutating func add(_ field: UInt64, _ value: UInt64) {
        guard value != 0 else { return }
        addTag(field, .varint)
        addVarint(value)
    }

    /// A number of a field that knows whether it is there, 0 or not.
    mutating func add(always field: UInt64, _ value: UInt64) {
        addTag(field, .varint)
        addVarint(value)
    }

    /// A double, whatever it is.
    mutating func add(_ field: UInt64, double value: Double) {
        addTag(field, .fixed64)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift)) }
    }

    /// A signed number as `sint32` and `sint64` have it: small ones stay small.
    static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

    /// A number by itself: the length that stands before a message of a stream.
    static func varint(_ value: UInt64) -> [UInt8] {
        var message = ProtobufMessage()
        message.addVarint(value)
        return message.bytes
    }

    mutating func add(_ field: UInt64, _ value: Bool) { add(field, value ? 1 : 0) }

    /// Numbers of a repeated field, each of them written.
    mutating func add(_ field: UInt64, packed values: [UInt64]) {
        var packed = ProtobufMessage()
        for value in values { packed.addVarint(value) }
        add(field, packed)
    }

    /// A text of a repeated field: written if it is empty, too.
    mutating func add(_ field: UInt64, _ text: String) { add(field, Array(text.utf8)) }

    mutating func add(_ field: UInt64, _ message: ProtobufMessage) { add(field, message.bytes) }

    private mutating func add(_ field: UInt64, _ content: [UInt8]) {
        addTag(field, .bytes)
        addVarint(UInt64(content.count))
        bytes += content
    }

    private mutating func addTag(_ field: UInt64, _ type: WireType) { addVarint(field << 3 | type.rawValue) }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    private mutating func addVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
