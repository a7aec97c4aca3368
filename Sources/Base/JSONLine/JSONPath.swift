extension JSONValue {
    func mismatch(_ type: Any.Type) -> DecodingError {
        isNull
            ? .valueNotFound(type, .init(codingPath: codingPath, debugDescription: "null"))
            : .typeMismatch(type, .init(codingPath: codingPath, debugDescription: "another kind of value"))
    }

    func corrupted(_ what: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: what))
    }

    /// The names and indexes that lead here. It is found only when it is asked for, which is for errors.
    var codingPath: [any CodingKey] {
        var path: [any CodingKey] = []
        var parent = JSONValue(tree, 0)
        while parent.place != place, let step = parent.step(towards: place) {
            path.append(step.key)
            parent = step.value
        }
        return path
    }

    /// The value inside this one that is, or has in it, the value at a place.
    private func step(towards target: Int) -> (key: JSONKey, value: JSONValue)? {
        var (child, index) = (place + 1, 0)
        while child < next {
            let name = node.kind == .object ? JSONValue(tree, child) : nil
            let value = JSONValue(tree, name == nil ? child : child + 1)
            if target < value.next {
                return (name.map { JSONKey(stringValue: $0.text ?? "") } ?? JSONKey(intValue: index), value)
            }
            child = value.next
            index += 1
        }
        return nil
    }
}

/// A name in an object, or an index in an array.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
    init(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
}
