/// Reads an archive of tar(5) piece by piece, and hands over the regular files that are wanted. Links, devices and everything else are passed
/// over: nothing of an archive ever gets a name on this machine.
struct TarReader {
    /// A file that was wanted.
    struct Member: Hashable {
        /// Without `./` or `/` at its beginning.
        let name: String
        let contents: [UInt8]
    }

    private(set) var members: [Member] = []
    /// Whether the archive has ended properly.
    private(set) var isComplete = false

    private let isWanted: (String) -> Bool
    /// The most that a wanted file may have.
    private let limit: Int
    /// What has come and isn't read yet.
    private var buffer: [UInt8] = []
    /// The member whose contents come next, and how many bytes of it, and of the filling behind it, are still to come.
    private var current: (name: String, kind: Kind, contents: [UInt8])?
    private var left = 0
    private var filling = 0
    /// A name that was too long for the next member's header.
    private var longName: String?

    private enum Kind {
        case wanted, longName, other
    }

    private static let blockCount = 512
    /// Far more than a path may have.
    private static let longestName = 1 << 16

    init(limit: Int, where isWanted: @escaping (String) -> Bool) { (self.limit, self.isWanted) = (limit, isWanted) }

    /// Takes the next piece. Throws a reason if it isn't an archive, or a wanted file is too large.
    mutating func take(_ bytes: ArraySlice<UInt8>) throws(KernelLabError) {
        buffer += bytes
        var position = 0
        while !isComplete {
            let rest = buffer.count - position
            if left > 0 {
                let count = min(left, rest)
                if current?.kind != .other { current?.contents += buffer[position..<(position + count)] }
                (left, position) = (left - count, position + count)
                if left > 0 { break }
            }
            let skipped = min(filling, buffer.count - position)
            (filling, position) = (filling - skipped, position + skipped)
            if filling > 0 { break }
            finishMember()
            guard buffer.count - position >= TarReader.blockCount else { break }
            try begin(buffer[position..<(position + TarReader.blockCount)])
            position += TarReader.blockCount
        }
        buffer.removeFirst(position)
    }

    private mutating func finishMember() {
        guard let (name, kind, contents) = current else { return }
        switch kind {
        case .wanted: members.append(Member(name: name, contents: contents))
        case .longName: longName = text(contents[...])
        case .other: break
        }
        current = nil
    }

    private mutating func begin(_ header: ArraySlice<UInt8>) throws(KernelLabError) {
        let start = header.startIndex
        func field(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> { header[(start + offset)..<(start + offset + count)] }
        guard header.contains(where: { $0 != 0 }) else {
            isComplete = true
            return
        }
        guard field(257, 5).elementsEqual("ustar".utf8), let size = octal(field(124, 12)) else {
            throw KernelLabError("what is in it is no archive")
        }
        let prefix = field(345, 155).first == 0 || field(257, 6).last != 0 ? "" : text(field(345, 155)) + "/"
        let name = longName ?? prefix + text(field(0, 100))
        longName = nil
        let kind: Kind
        switch field(156, 1).first {
        case UInt8(ascii: "L"): kind = .longName
        case UInt8(ascii: "0"), 0: kind = isWanted(TarReader.plain(name)) ? .wanted : .other
        default: kind = .other
        }
        guard kind == .other || size <= (kind == .wanted ? limit : TarReader.longestName) else {
            throw KernelLabError("\(name) in it has \(size) bytes, which is more than a kernel has")
        }
        current = (TarReader.plain(name), kind, [])
        (left, filling) = (size, (TarReader.blockCount - size % TarReader.blockCount) % TarReader.blockCount)
    }

    private static func plain(_ name: String) -> String {
        String((name.hasPrefix("./") ? name.dropFirst(2) : name[...]).drop { $0 == "/" })
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

    /// nil if it is no number, or has another form, which only files of 8 GiB need.
    private func octal(_ bytes: ArraySlice<UInt8>) -> Int? {
        let digits = bytes.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        return digits.isEmpty ? nil : Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }
}
