/// Finds the names that somebody who mistyped one may have meant.
package enum NearestNames {
    /// At most this many: more is a listing, not a hint.
    private static let limit = 3
    private static let longest = 64

    /// The names nearest to a text, best first; empty if none is near. Near is within a few slips of the finger (one in a short
    /// word, a third of a long one), or a longer name with the text in it.
    package static func names(near text: String, among names: [String]) -> [String] {
        let wanted = Array(text.lowercased().utf8)
        // No name is nearly as long, and the distance takes time by the length.
        guard wanted.count <= longest else { return [] }
        let allowed = wanted.count <= 3 ? 1 : max(2, wanted.count / 3)
        var candidates: [(rank: Int, sharedPrefix: Int, distance: Int, name: String)] = []
        for name in names {
            let bytes = Array(name.utf8)
            let distance = editDistance(wanted, bytes)
            guard distance <= allowed || (wanted.count >= 3 && bytes.contains(wanted)) else { continue }
            let sharedPrefix = zip(wanted, bytes).prefix { $0 == $1 }.count
            // A longer name ranks with the worst slip: it was not mistyped, only not typed to its end.
            candidates.append((min(distance, allowed), sharedPrefix, distance, name))
        }
        candidates.sort {
            ($0.rank, -$0.sharedPrefix, $0.distance, $0.name) < ($1.rank, -$1.sharedPrefix, $1.distance, $1.name)
        }
        return candidates.prefix(limit).map(\.name)
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one text to the other (optimal string
    /// alignment: no part is edited twice).
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                let replaced = last[column] + (leftByte == rightByte ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, leftByte == right[column - 1], left[row - 1] == rightByte {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
