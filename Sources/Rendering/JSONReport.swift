import FoundationEssentials
public import Profile

/// The summary of a profile as JSON (schema `syslat.profile/1`), for programs.
public enum JSONReport {
    /// The same profile always gives the same text: one line with sorted keys, or several lines when `pretty`. It ends with a
    /// newline. Integers are written in full, also above 2^53.
    ///
    /// Complexity: O(all buckets).
    public static func render(_ profile: Profile, pretty: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(JSONDocument(profile)), as: UTF8.self) + "\n"
    }
}
