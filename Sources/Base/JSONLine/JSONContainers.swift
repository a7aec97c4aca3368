/// An object's values by their names. Of two values of one name the first counts.
struct JSONObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let value: JSONValue
    /// The places of the names, where there are many: looking through them again and again would take time that grows with their square.
    private let index: [String: Int]?

    private static var mostWithoutIndex: Int { 32 }

    init(_ value: JSONValue) {
        self.value = value
        var (count, place) = (0, value.place + 1)
        while place < value.next {
            count += 1
            place = Int(value.tree.nodes[place + 1].next)
        }
        index = count > JSONObject.mostWithoutIndex ? JSONObject.places(of: value) : nil
    }

    private static func places(of value: JSONValue) -> [String: Int] {
        var places: [String: Int] = [:]
        var place = value.place + 1
        while place < value.next {
            if let name = JSONValue(value.tree, place).text, places[name] == nil { places[name] = place }
            place = Int(value.tree.nodes[place + 1].next)
        }
        return places
    }

    var codingPath: [any CodingKey] { value.codingPath }

    /// Each name once.
    var allKeys: [Key] {
        var keys: [Key] = []
        var place = value.place + 1
        while place < value.next {
            if let name = JSONValue(value.tree, place).text, let key = Key(stringValue: name),
                find(key)?.place == place + 1
            {
                keys.append(key)
            }
            place = JSONValue(value.tree, place + 1).next
        }
        return keys
    }

    private func find(_ key: Key) -> JSONValue? {
        let (name, tree) = (key.stringValue, value.tree)
        if let index { return index[name].map { JSONValue(tree, $0 + 1) } }
        let text = name.utf8Span.span
        var place = value.place + 1
        while place < value.next {
            if tree.isText(text, at: place) { return JSONValue(tree, place + 1) }
            place = Int(tree.nodes[place + 1].next)
        }
        return nil
    }

    private func get(_ key: Key) throws -> JSONValue {
        guard let found = find(key) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "missing"))
        }
        return found
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try get(key).isNull }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try get(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try get(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try get(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try get(key).double()) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try get(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try get(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try get(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try get(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try get(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try get(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try get(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try get(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try get(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try get(key).integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try get(key).decode(type) }

    private func findSome(_ key: Key) -> JSONValue? {
        guard let found = find(key), !found.isNull else { return nil }
        return found
    }

    // These would look for the name three times otherwise.
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try findSome(key)?.string() }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try findSome(key)?.integer(type) }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try findSome(key)?.decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try get(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try get(key).unkeyedContainer() }
    func superDecoder() -> any Decoder { value }
    func superDecoder(forKey key: Key) throws -> any Decoder { try get(key) }
}

extension JSONTree {
    /// Whether a value is a string with such a text.
    fileprivate func isText(_ text: Span<UInt8>, at place: Int) -> Bool {
        let node = nodes[place]
        if node.kind == .string { return JSONTree.isEqual(bytes, node.range, to: text) }
        guard let name = JSONValue(self, place).text else { return false }
        let utf8 = Array(name.utf8)
        return JSONTree.isEqual(utf8, utf8.indices, to: text)
    }

    /// Collections are compared by code that isn't specialized for a string's bytes, which takes several times as long; and Swift 6.2 fails over
    /// a span of a span.
    private static func isEqual(_ bytes: [UInt8], _ range: Range<Int>, to text: Span<UInt8>) -> Bool {
        guard range.count == text.count else { return false }
        for offset in 0..<text.count where bytes[range.lowerBound + offset] != text[offset] { return false }
        return true
    }
}

/// An array's values one after the other.
struct JSONArray: UnkeyedDecodingContainer {
    private let value: JSONValue
    private var place: Int
    private(set) var currentIndex = 0

    init(_ value: JSONValue) { (self.value, place) = (value, value.place + 1) }

    var codingPath: [any CodingKey] { value.codingPath }
    var isAtEnd: Bool { place >= value.next }
    /// Not known before all values have been passed.
    var count: Int? { nil }

    private mutating func take<Result>(_ decode: (JSONValue) throws -> Result) throws -> Result {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(Result.self, .init(codingPath: codingPath, debugDescription: "the array has ended"))
        }
        let element = JSONValue(value.tree, place)
        let result = try decode(element)
        (place, currentIndex) = (element.next, currentIndex + 1)
        return result
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, JSONValue(value.tree, place).isNull else { return false }
        return try take { $0.isNull }
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take { try $0.decode(type) } }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        try take { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try take { try $0.unkeyedContainer() } }
    mutating func superDecoder() throws -> any Decoder { try take { $0 } }
}

/// A value that is no group.
struct JSONSingle: SingleValueDecodingContainer {
    let value: JSONValue

    var codingPath: [any CodingKey] { value.codingPath }

    func decodeNil() -> Bool { value.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try value.bool() }
    func decode(_ type: String.Type) throws -> String { try value.string() }
    func decode(_ type: Double.Type) throws -> Double { try value.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try value.double()) }
    func decode(_ type: Int.Type) throws -> Int { try value.integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try value.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try value.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try value.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try value.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try value.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try value.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try value.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try value.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try value.integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value.decode(type) }
}
