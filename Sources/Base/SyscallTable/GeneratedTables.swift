/// The texts that Tools/syscall-tables/generate writes; each is a computed property in a file of its own under Generated/.
enum GeneratedTables {}

/// Names by number, parsed once from a generated text of lines "number name" in ascending order.
struct NameTable: Sendable {
    /// The name of each number, nil where the number is not in use. The index is the number.
    let names: [String?]

    /// - Parameters:
    ///   - end: numbers below it without a name get one from `missing`.
    init(lines: String, upTo end: Int = 0, missing: (Int) -> String? = { _ in nil }) {
        var names: [String?] = []
        for line in lines.utf8.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count == 2, let number = Int(Substring(fields[0])), number >= names.count else {
                preconditionFailure("the generated line '\(Substring(line))' is not a number above the last one and a name")
            }
            names.append(contentsOf: repeatElement(nil, count: number - names.count))
            names.append(String(Substring(fields[1])))
        }
        names.append(contentsOf: repeatElement(nil, count: max(0, end - names.count)))
        self.names = names.indices.map { names[$0] ?? missing($0) }
    }

    subscript(number: Int32) -> String? {
        names.indices.contains(Int(number)) ? names[Int(number)] : nil
    }
}
