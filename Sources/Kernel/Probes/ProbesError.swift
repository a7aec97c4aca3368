/// Why programs can't be loaded here, found before the kernel was asked: a sentence with the remedy.
package struct ProbesError: Error, CustomStringConvertible, Sendable {
    package enum Kind: Sendable, Hashable {
        case failure
        /// A file that was named can't be read or is of the wrong kind.
        case badInput
    }

    package let description: String
    package let kind: Kind
    /// What libbpf printed; empty where it says no more than the sentence.
    package let log: String

    init(_ description: String, kind: Kind = .failure, log: String = "") {
        self.description = description
        self.kind = kind
        self.log = log
    }
}
