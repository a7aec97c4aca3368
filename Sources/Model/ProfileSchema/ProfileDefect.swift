/// What is wrong with a part of a profile, without its place: a clause for an error message.
package struct ProfileDefect: Error {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}
