import Crypto
import FoundationEssentials
import JSONLine

/// What a guest sends over its serial port, in messages of this form:
///
/// ```
/// "SLT1"  kind: 1 byte  length: 8 bytes, lowest first  payload: `length` bytes  SHA-256 of all that: 32 bytes
/// ```
///
/// First comes a greeting with the kernel's release, then a message for each job, last a message with their number. The reader
/// notices if anything is missing, changed or added on the way.
enum GuestTransfer {
    enum Message: Hashable {
        case greeting(release: String)
        case result(GuestResult)
        /// After so many results.
        case end(results: Int)
    }

    /// Everything that a guest sent.
    struct Transcript: Hashable {
        let release: String
        let results: [GuestResult]
    }

    private enum Kind: UInt8 {
        case greeting = 1
        case result, end
    }

    /// The fields of a result other than its bytes, as JSON. Its length, in 4 bytes, stands before it.
    private struct ResultHead: Codable {
        var name: String
        var ending: GuestResult.Ending
        var outputCount: Int
        var wasCut: Bool
        var duration: Duration
    }

    private static let magic = Array("SLT1".utf8)
    private static let headCount = 4 + 1 + 8
    private static let hashCount = 32

    // MARK: Writing

    static func encode(_ message: Message) -> [UInt8] {
        let (kind, payload): (Kind, [UInt8]) =
            switch message {
            case .greeting(let release): (.greeting, Array(release.utf8))
            case .result(let result): (.result, encode(result))
            case .end(let results): (.end, littleEndian(results, count: 8))
            }
        let frame = magic + [kind.rawValue] + littleEndian(payload.count, count: 8) + payload
        return frame + Array(SHA256.hash(data: frame))
    }

    private static func encode(_ result: GuestResult) -> [UInt8] {
        let head = ResultHead(
            name: result.name, ending: result.ending, outputCount: result.output.count, wasCut: result.wasCut,
            duration: result.duration)
        // It contains nothing that JSON can't express.
        let json = (try? JSONEncoder().encode(head)).map(Array.init) ?? []
        return littleEndian(json.count, count: 4) + json + result.output + result.error
    }

    private static func littleEndian(_ number: Int, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    // MARK: Reading

    /// Reads a whole transfer. Throws a sentence that tells where it breaks off or is damaged.
    static func decode(_ bytes: [UInt8]) throws(KernelLabError) -> Transcript {
        var rest = bytes[...]
        guard case .greeting(let release) = try next(&rest, after: "the start") else { throw outOfOrder("the start") }
        var results: [GuestResult] = []
        while true {
            let place = results.last.map { "the result of '\($0.name)'" } ?? "the greeting"
            switch try next(&rest, after: place) {
            case .greeting: throw outOfOrder(place)
            case .result(let result): results.append(result)
            case .end(let count):
                guard count == results.count, rest.isEmpty else { throw outOfOrder(place) }
                return Transcript(release: release, results: results)
            }
        }
    }

    private static func next(_ rest: inout ArraySlice<UInt8>, after place: String) throws(KernelLabError) -> Message {
        let start = rest.startIndex
        guard rest.count >= headCount else { throw brokenOff(place) }
        let length = number(rest[(start + 5)..<(start + headCount)])
        guard rest.starts(with: magic), let kind = Kind(rawValue: rest[start + 4]), let length else { throw damaged(place) }
        guard length <= rest.count - headCount - hashCount else { throw brokenOff(place) }
        let end = start + headCount + length
        guard SHA256.hash(data: rest[..<end]) == rest[end..<(end + hashCount)] else { throw damaged(place) }
        let payload = rest[(start + headCount)..<end]
        rest = rest[(end + hashCount)...]
        switch kind {
        case .greeting: return .greeting(release: String(decoding: payload, as: UTF8.self))
        case .result:
            guard let result = result(in: payload) else { throw damaged(place) }
            return .result(result)
        case .end:
            guard let count = number(payload) else { throw damaged(place) }
            return .end(results: count)
        }
    }

    private static func result(in payload: ArraySlice<UInt8>) -> GuestResult? {
        guard let count = number(payload.prefix(4)), count <= payload.count - 4 else { return nil }
        let json = payload.dropFirst(4).prefix(count)
        let bytes = payload.dropFirst(4 + count)
        guard let head = try? JSONTree.decode(ResultHead.self, from: Array(json)),
            head.outputCount >= 0, head.outputCount <= bytes.count
        else { return nil }
        return GuestResult(
            name: head.name, ending: head.ending, output: Array(bytes.prefix(head.outputCount)),
            error: Array(bytes.dropFirst(head.outputCount)), wasCut: head.wasCut, duration: head.duration)
    }

    /// nil if it isn't a number, or can't be a length.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 8 else { return nil }
        return Int(exactly: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    private static func brokenOff(_ place: String) -> KernelLabError {
        KernelLabError("the guest's data breaks off after \(place)")
    }

    private static func damaged(_ place: String) -> KernelLabError {
        KernelLabError("the guest's data is damaged after \(place)")
    }

    private static func outOfOrder(_ place: String) -> KernelLabError {
        KernelLabError("the guest's data is out of order after \(place)")
    }
}
