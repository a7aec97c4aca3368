/// What a schema in Documentation/schema finds in a JSON document.
package struct SchemaCheck: Decodable, Sendable {
    /// Where and why the document doesn't fit; empty if it does.
    package let errors: [String]
    /// Where a name that the schema doesn't know would pass.
    package let unnoticed: [String]

    /// - Parameters:
    ///   - documents: the JSON of each, in one line.
    ///   - schema: the name of the schema: `profile`.
    ///   - plants: whether to look for places where an unknown name would pass, which takes one validation for each object.
    package static func check(_ documents: [String], against schema: String, plants: Bool = false) throws -> [SchemaCheck] {
        let lines = documents.map { document in
            "{\"schema\":\"\(schema)\",\"plant\":\(plants),\"document\":\(document.filter { $0 != "\n" })}\n"
        }
        return try Oracles.ask("validate_json.py", about: lines.joined(), for: [SchemaCheck].self)
    }
}
