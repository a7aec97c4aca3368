/// The files in the folder of a recorder, by their names. Whatever has another name is nobody's business.
package struct RecordedFile: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case segment, incident
    }

    package let kind: Kind
    /// Counted apart for each kind, as long as the folder exists.
    package let number: UInt64
    /// It is being written, or its recorder was killed.
    package let isPartial: Bool

    private static let ending = ".syslat"
    /// As the writer of files that grow calls them.
    private static let partialEnding = ".syslat.partial"
    /// A number with more digits is not one of ours.
    private static let mostDigits = 15
    private static let longestReason = 40

    /// Reads the name of a file; nil if it is none of a recorder.
    package init?(name: String) {
        isPartial = name.hasSuffix(RecordedFile.partialEnding)
        guard isPartial || name.hasSuffix(RecordedFile.ending) else { return nil }
        let stem = name.dropLast((isPartial ? RecordedFile.partialEnding : RecordedFile.ending).count)
        let words = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count >= 2, let kind = Kind(rawValue: String(words[0])), kind == .incident || words.count == 2,
            (1...RecordedFile.mostDigits).contains(words[1].utf8.count), words[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let number = UInt64(words[1])
        else { return nil }
        self.kind = kind
        self.number = number
    }

    /// `segment-00000012.syslat`.
    package static func segmentName(_ number: UInt64) -> String { "segment-\(digits(number, 8))\(ending)" }

    /// `incident-0003-20260301T123456Z-p99-fsync.syslat`.
    /// - Parameters:
    ///   - time: for people, of letters and digits.
    ///   - reason: whatever text says it.
    package static func incidentName(_ number: UInt64, time: String, reason: String) -> String {
        var slug = ""
        for byte in reason.utf8.prefix(1000) where slug.utf8.count < longestReason {
            let character = Character(UnicodeScalar(byte))
            if character.isASCII, character.isLetter || character.isNumber || character == "_" {
                slug.append(Character(character.lowercased()))
            } else if !slug.isEmpty, slug.last != "-" {
                slug.append("-")
            }
        }
        while slug.last == "-" { slug.removeLast() }
        return "incident-\(digits(number, 4))-\(time)" + (slug.isEmpty ? "" : "-\(slug)") + ending
    }

    private static func digits(_ number: UInt64, _ least: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, least - text.count)) + text
    }
}
