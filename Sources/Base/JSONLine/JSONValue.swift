/// A value of a tree, as `Decodable` types read it.
struct JSONValue: Decoder {
    let tree: JSONTree
    let place: Int

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ tree: JSONTree, _ place: Int) { (self.tree, self.place) = (tree, place) }

    var node: JSONTree.Node { tree.nodes[place] }

    /// The place after this value.
    var next: Int { Int(node.next) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard node.kind == .object else { throw mismatch([String: Any].self) }
        return KeyedDecodingContainer(JSONObject<Key>(self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard node.kind == .array else { throw mismatch([Any].self) }
        return JSONArray(self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { JSONSingle(value: self) }

    /// A value of any type; those that files are full of are decoded without their generic code.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let direct: Any
        switch type {
        case is [[UInt64]].Type: direct = try elements { try $0.elements { try $0.integer(UInt64.self) } }
        case is String.Type: direct = try string()
        case is UInt64.Type: direct = try integer(UInt64.self)
        default: return try Value(from: self)
        }
        guard let value = direct as? Value else { return try Value(from: self) }
        return value
    }

    private func elements<Element>(_ decode: (JSONValue) throws -> Element) throws -> [Element] {
        guard node.kind == .array else { throw mismatch([Any].self) }
        var elements: [Element] = []
        // All of them, if none has others inside: a bucket is a pair.
        elements.reserveCapacity(next - place - 1)
        var element = place + 1
        while element < next {
            let value = JSONValue(tree, element)
            elements.append(try decode(value))
            element = value.next
        }
        return elements
    }

    // MARK: Plain values

    var isNull: Bool { node.kind == .null }

    func bool() throws -> Bool {
        guard node.kind == .yes || node.kind == .no else { throw mismatch(Bool.self) }
        return node.kind == .yes
    }

    /// nil of what is no string, and of one with half a surrogate pair. Names are read by this: an error would have the path to its place, which is
    /// made of names.
    var text: String? {
        switch node.kind {
        case .string: String(decoding: tree.bytes[node.range], as: UTF8.self)
        case .escaped: JSONEscape.text(tree.bytes[node.range])
        default: nil
        }
    }

    func string() throws -> String {
        guard let text else { throw node.kind == .escaped ? corrupted("half a surrogate pair") : mismatch(String.self) }
        return text
    }

    func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        guard node.kind == .number else { throw mismatch(type) }
        var magnitude: UInt64 = 0
        for byte in tree.bytes[node.range] {
            let (tens, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
            // A sign, a fraction or an exponent, or more than 64 bits hold.
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), !isTooLarge, !overflows else { return try unusual(type) }
            magnitude = sum
        }
        guard let number = Number(exactly: magnitude) else { throw corrupted("a number that doesn't fit") }
        return number
    }

    /// An integer with a sign, or one that is written with a fraction or an exponent.
    private func unusual<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        let text = String(decoding: tree.bytes[node.range], as: UTF8.self)
        guard let number = Number(text) ?? Double(text).flatMap({ Number(exactly: $0) }) else {
            throw corrupted("a number that doesn't fit")
        }
        return number
    }

    func double() throws -> Double {
        guard node.kind == .number else { throw mismatch(Double.self) }
        guard let number = Double(String(decoding: tree.bytes[node.range], as: UTF8.self)), number.isFinite else {
            throw corrupted("a number that doesn't fit")
        }
        return number
    }
}
