/// Why programs can't be loaded here, found before the kernel was asked: a sentence with the remedy.
package struct ProbesError: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }
}
