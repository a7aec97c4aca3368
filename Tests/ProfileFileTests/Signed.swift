import Crypto
import Foundation

/// Files with a hash that fits, so the tests reach more than the hash.
enum Signed {
    static func file(_ lines: [String]) -> [UInt8] {
        let text = lines.map { $0 + "\n" }.joined()
        let hash = SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
        return Array("\(text){\"sha256\":\"\(hash)\"}\n".utf8)
    }
}
