/// Why a profile file can't be read or written: a sentence with the file and, where one is to blame, the line.
package struct ProfileFileError: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ path: String, line: Int? = nil, _ reason: String) {
        let place = line.map { "\(path), line \($0)" } ?? path
        description = "\(place): \(reason)"
    }
}
