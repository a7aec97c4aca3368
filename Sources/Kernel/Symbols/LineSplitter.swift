/// Splits a stream into lines without keeping it. Memory is bounded by the longest line that is taken.
struct LineSplitter {
    /// Bytes of a line; longer ones are left out.
    private let longest: Int
    /// The begin of a line whose end hasn't come.
    private var begun: [UInt8] = []
    private var isTooLong = false
    /// How many lines were left out because they are too long.
    private(set) var leftOut = 0

    init(longest: Int) { self.longest = longest }

    private static let lineBreak = UInt8(ascii: "\n")

    /// Hands over every line that ends in this piece, without its line break.
    mutating func add(_ piece: ArraySlice<UInt8>, _ take: (ArraySlice<UInt8>) -> Void) {
        var rest = piece
        while let end = rest.firstIndex(of: LineSplitter.lineBreak) {
            let part = rest[rest.startIndex..<end]
            if isTooLong || begun.count + part.count > longest {
                leftOut += 1
            } else if begun.isEmpty {
                take(part)
            } else {
                begun += part
                take(begun[...])
            }
            begun.removeAll(keepingCapacity: true)
            isTooLong = false
            rest = rest[(end + 1)...]
        }
        if isTooLong || begun.count + rest.count > longest {
            isTooLong = true
            begun.removeAll(keepingCapacity: true)
        } else {
            begun += rest
        }
    }

    /// Hands over the last line if no line break ended it.
    mutating func end(_ take: (ArraySlice<UInt8>) -> Void) {
        if isTooLong { leftOut += 1 } else if !begun.isEmpty { take(begun[...]) }
        begun.removeAll()
        isTooLong = false
    }
}
