import Crypto
import FoundationEssentials

/// How an input of the fuzzer becomes a file. Nearly every change would be refused for its hash, so an input can ask for a hash
/// that fits: the first byte says how the rest is meant.
///
/// - `S`: lines, to which the line with the fitting hash is added at the end.
/// - `P`: the same without that line, as if the file had been cut off.
/// - anything else: the file itself, first byte included. A real profile is an input as it is.
///
/// In the first two, each `"sha256":"…"` at the end of an interval gets the hash of the lines before it.
enum FuzzInput {
    static func file(_ input: [UInt8]) -> [UInt8] {
        switch input.first {
        case UInt8(ascii: "S"): signed(input.dropFirst(), isComplete: true)
        case UInt8(ascii: "P"): signed(input.dropFirst(), isComplete: false)
        default: input
        }
    }

    private static func signed(_ text: ArraySlice<UInt8>, isComplete: Bool) -> [UInt8] {
        var file: [UInt8] = []
        var hash = SHA256()
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for line in lines {
            let whole = withHash(hash.finalize(), in: line) + [UInt8(ascii: "\n")]
            hash.update(data: whole)
            file += whole
        }
        if isComplete { file += Array("{\"sha256\":\"\(hexadecimal(hash.finalize()))\"}\n".utf8) }
        return file
    }

    private static func withHash(_ digest: SHA256Digest, in line: ArraySlice<UInt8>) -> [UInt8] {
        let key = Array("\"sha256\":\"".utf8)
        guard let place = line.firstRange(of: key) else { return Array(line) }
        let rest = line[place.upperBound...].drop { $0 != UInt8(ascii: "\"") }
        return line[..<place.upperBound] + Array(hexadecimal(digest).utf8) + rest
    }

    private static func hexadecimal(_ digest: SHA256Digest) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
