/// Why a trial can't begin or go on: a sentence that names the thing, the reason and the remedy.
package struct TrialError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
