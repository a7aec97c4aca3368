/// A process id, written as `null` for the row that gathers the processes without rows of their own.
package struct OwnerID: Codable {
    package var pid: Int32?

    package init(_ pid: Int32?) { self.pid = pid }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        pid = container.decodeNil() ? nil : try container.decode(Int32.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let pid { try container.encode(pid) } else { try container.encodeNil() }
    }
}

extension KeyedDecodingContainer {
    /// Files of version 1 leave the id out where there is none. Synthesized decoding finds this overload.
    func decode(_ type: OwnerID.Type, forKey key: Key) throws -> OwnerID {
        OwnerID(try decodeIfPresent(Int32.self, forKey: key))
    }
}
