/// The names of the values or flags that a parameter can have.
struct ValueTable: Sendable {
    /// A name and the bits that it stands for: it fits if the bits under the mask are its value.
    struct Entry: Sendable {
        let name: String
        let value: UInt64
        let mask: UInt64

        /// Whether the bits under the mask are a number, which stands in place of the `#` in the name: `21<<MAP_HUGE_SHIFT`.
        var isNumber: Bool { name.hasPrefix("#") }
    }

    /// The headers that its values come from.
    let sources: [String]
    /// In the order in which names are written. Where two fit the same bits, the first one counts.
    let entries: [Entry]
    private let names: [UInt64: String]

    init(sources: [String], entries: [Entry]) {
        self.sources = sources
        self.entries = entries
        names = Dictionary(entries.map { ($0.value, $0.name) }) { first, _ in first }
    }

    static let empty = ValueTable(sources: [], entries: [])

    /// The name of exactly this value.
    func name(of value: UInt64) -> String? { names[value] }

    /// The name of exactly this value; else the number in hexadecimal.
    func text(of value: UInt64) -> String { names[value] ?? Numbers.hex(value) }

    /// The names of flags joined by `|`, and what has no name in hexadecimal: `O_RDWR|O_CLOEXEC|0x800000`.
    func flags(_ value: UInt64) -> String {
        var rest = value
        var words: [String] = []
        for entry in entries {
            if entry.isNumber {
                let number = (rest & entry.mask) >> UInt64(entry.mask.trailingZeroBitCount)
                if number == 0 { continue }
                words.append(String(number) + entry.name.dropFirst())
            } else {
                guard rest & entry.mask == entry.value else { continue }
                words.append(entry.name)
            }
            rest &= ~entry.mask
        }
        if rest != 0 || words.isEmpty { words.append(Numbers.hex(rest)) }
        return words.joined(separator: "|")
    }
}
