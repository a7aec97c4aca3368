/// Makes keys of the bytes that a terminal sends. Bytes may be split over reads anywhere; what is no key is left out.
///
/// Esc alone begins like the sequences of other keys. The owner decides how long to wait for more (50 ms are usual): while
/// ``isWaiting``, it calls ``timeOut()`` once nothing has come for so long.
///
/// Source: "XTerm Control Sequences", and the sequences of rxvt and of the Linux console where they differ.
package struct KeyDecoder: Sendable {
    private enum State: Sendable, Hashable {
        case ground
        /// Behind ESC.
        case escape
        /// Behind ESC O.
        case single
        /// Behind ESC [, with the parameters and intermediates so far.
        case sequence([UInt8])
        /// In a string that ends with BEL or ESC \, such as an answer of the terminal.
        case string
        /// In the three bytes of an old mouse report.
        case mouse(left: Int)
        /// In a character of several bytes.
        case character([UInt8], length: Int)
    }

    private var state = State.ground

    /// No sequence of a key is longer; a longer one is left out, without being kept.
    private static let longest = 32

    package init() {}

    /// Whether the last bytes may be Esc alone, or the beginning of something.
    package var isWaiting: Bool { state != .ground }

    /// The keys that are complete with these bytes.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes { take(byte, &keys) }
        return keys
    }

    /// Nothing has come for a while: an ESC stands for itself, and the beginning of anything else for nothing.
    package mutating func timeOut() -> [Key] {
        defer { state = .ground }
        return state == .escape ? [.escape] : []
    }

    private mutating func take(_ byte: UInt8, _ keys: inout [Key]) {
        switch state {
        case .ground: takePlain(byte, &keys)
        case .escape: takeBehindEscape(byte, &keys)
        case .single:
            state = .ground
            if byte == 0x1b { state = .escape } else if let key = Self.single[byte] { keys.append(key) }
        case .sequence(let parameters): takeInSequence(byte, parameters, &keys)
        case .string:
            if byte == 0x07 || byte == 0x18 { state = .ground }
            if byte == 0x1b { state = .escape }
        case .mouse(let left): state = left > 1 ? .mouse(left: left - 1) : .ground
        case .character(let begun, let length): takeInCharacter(byte, begun, length, &keys)
        }
    }

    private mutating func takePlain(_ byte: UInt8, _ keys: inout [Key]) {
        switch byte {
        case 0x1b: state = .escape
        case 0x0d, 0x0a: keys.append(.enter)
        case 0x09: keys.append(.tab)
        case 0x7f, 0x08: keys.append(.backspace)
        case 0x01...0x1a: keys.append(.control(Character(Unicode.Scalar(byte + 0x60))))
        case 0x20...0x7e: keys.append(.character(Character(Unicode.Scalar(byte))))
        case 0xc2...0xdf: state = .character([byte], length: 2)
        case 0xe0...0xef: state = .character([byte], length: 3)
        case 0xf0...0xf4: state = .character([byte], length: 4)
        default: break
        }
    }

    private mutating func takeBehindEscape(_ byte: UInt8, _ keys: inout [Key]) {
        state = .ground
        switch byte {
        case 0x1b:
            keys.append(.escape)
            state = .escape
        case UInt8(ascii: "["): state = .sequence([])
        case UInt8(ascii: "O"): state = .single
        // The end of a string.
        case UInt8(ascii: "\\"): break
        case UInt8(ascii: "P"), UInt8(ascii: "]"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "X"): state = .string
        default:
            // A key with Alt, or Esc and another key quickly: both are taken for the two keys.
            keys.append(.escape)
            takePlain(byte, &keys)
        }
    }

    private mutating func takeInSequence(_ byte: UInt8, _ parameters: [UInt8], _ keys: inout [Key]) {
        switch byte {
        case 0x20...0x3f: state = .sequence(parameters.count < Self.longest ? parameters + [byte] : parameters)
        case UInt8(ascii: "[") where parameters.isEmpty: state = .sequence([byte])
        case UInt8(ascii: "M") where parameters.isEmpty: state = .mouse(left: 3)
        case 0x40...0x7e:
            state = .ground
            if let key = Self.key(parameters, final: byte) { keys.append(key) }
        default:
            // A sequence that breaks off.
            state = .ground
            takePlain(byte, &keys)
        }
    }

    private mutating func takeInCharacter(_ byte: UInt8, _ begun: [UInt8], _ length: Int, _ keys: inout [Key]) {
        guard (0x80...0xbf).contains(byte) else {
            state = .ground
            return takePlain(byte, &keys)
        }
        let bytes = begun + [byte]
        guard bytes.count == length else {
            state = .character(bytes, length: length)
            return
        }
        state = .ground
        if let text = String(validating: bytes, as: UTF8.self), let scalar = text.unicodeScalars.first,
            scalar.properties.generalCategory != .control
        {
            keys.append(.character(Character(scalar)))
        }
    }

    private static let single: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
        UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end, UInt8(ascii: "M"): .enter, UInt8(ascii: "P"): .function(1),
        UInt8(ascii: "Q"): .function(2), UInt8(ascii: "R"): .function(3), UInt8(ascii: "S"): .function(4),
    ]

    /// Behind the number of `ESC [ number ~`.
    private static let numbered: [Int: Key] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end, 11: .function(1), 12: .function(2),
        13: .function(3), 14: .function(4), 15: .function(5), 17: .function(6), 18: .function(7), 19: .function(8),
        20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
    ]

    /// Whatever modifiers stand in the parameters, the key is the same.
    private static func key(_ parameters: [UInt8], final: UInt8) -> Key? {
        if parameters == [UInt8(ascii: "[")] {
            // The Linux console: ESC [ [ A is F1.
            return (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(final) ? .function(Int(final) - 0x40) : nil
        }
        guard parameters.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ";") }) else { return nil }
        if final == UInt8(ascii: "Z") { return .backTab }
        if final == UInt8(ascii: "~") {
            let number = parameters.prefix { $0 != UInt8(ascii: ";") }
            return Int(String(decoding: number, as: UTF8.self)).flatMap { numbered[$0] }
        }
        return single[final] == .enter ? nil : single[final]
    }
}
