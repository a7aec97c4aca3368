/// Why a profile file can't be read or written: a sentence with the file and, where one is to blame, the line.
package struct ProfileFileError: Error, CustomStringConvertible, Sendable {
    package let description: String
    /// The file ends before anything of it is whole.
    package let isTooShort: Bool

    init(_ path: String, line: Int? = nil, _ reason: String, isTooShort: Bool = false) {
        let place = line.map { "\(path), line \($0)" } ?? path
        self.isTooShort = isTooShort
        description = "\(place): \(reason)"
    }
}
