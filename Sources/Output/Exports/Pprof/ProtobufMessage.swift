/// A message in the wire format of Protocol Buffers, field by field.
///
/// Source: https://protobuf.dev/programming-guides/encoding/
struct ProtobufMessage {
    private enum WireType: UInt64 {
        case varint = 0
        case bytes = 2
    }

    private(set) var bytes: [UInt8] = []

    /// A number. 0 is what a field is without being written.
    mutating func add(_ field: UInt64, _ value: UInt64) {
        guard value != 0 else { return }
        addTag(field, .varint)
        addVarint(value)
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
