import Profile

extension [ProcessProfile] {
    private static var mostNamed: Int { 3 }

    /// Who they are: `nginx (1234), postgres (1300) and 2 more processes`. It may have any text in it.
    var phrase: String {
        let named = prefix(Self.mostNamed).map { process in process.pid.map { "\(process.comm) (\($0))" } ?? process.comm }
        let rest = count - named.count
        if rest > 0 {
            return named.joined(separator: ", ") + " and " + HumanFormat.count(UInt64(rest), "more process", "more processes")
        }
        return named.count < 2 ? named.joined() : named.dropLast().joined(separator: ", ") + " and " + named[named.count - 1]
    }
}
