extension [[String]] {
    /// The blocks that have lines, one below the other with an empty line between them. It ends with a newline.
    var document: String { filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n" }
}
