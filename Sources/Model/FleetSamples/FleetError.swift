/// Why a fleet can't be compared: a sentence with the remedy.
package struct FleetError: Error, CustomStringConvertible, Sendable, Hashable {
    package let description: String

    package init(_ description: String) { self.description = description }
}
