/// Why a profile file can't be read or written: a sentence with the file and, where one is to blame, the line.
public struct ProfileFileError: Error, CustomStringConvertible, Sendable {
    public let description: String

    init(_ path: String, line: Int? = nil, _ reason: String) {
        let place = line.map { "\(path), line \($0)" } ?? path
        description = "\(place): \(reason)"
    }
}
