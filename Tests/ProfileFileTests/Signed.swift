import Crypto
import Foundation
import ProfileFile
import Testing

/// Files with a hash that fits, so the tests reach more than the hash.
enum Signed {
    static func file(_ lines: [String]) -> [UInt8] {
        let text = lines.map { $0 + "\n" }.joined()
        let hash = SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
        return Array("\(text){\"sha256\":\"\(hash)\"}\n".utf8)
    }
}

/// What must hold of any bytes: they are refused by an error that names the file, or they are a profile that can be written and
/// read again. Returns whether they are a profile.
@discardableResult
func expectProfileOrRefusal(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws -> Bool {
    do {
        let profile = try ProfileFileReader.read(bytes, path: "f.syslat")
        let again = try ProfileFileReader.read(ProfileFileWriter.text(of: profile), path: "again")
        #expect(again == profile, sourceLocation: sourceLocation)
        return true
    } catch let error as ProfileFileError {
        #expect(error.description.hasPrefix("f.syslat"), sourceLocation: sourceLocation)
        return false
    }
}
