/// The command line before it is parsed.
enum Arguments {
    /// The option that a file after the two dashes of `compare` becomes.
    static let newSide = "new-side"

    /// The parser has no option with a value that may be left out, and no two lists of files: `--histogram=NAMES` becomes an
    /// option of its own, and so does each file after the two dashes of `syslat compare BASE… -- NEW…`.
    static func prepared(_ arguments: [String]) -> [String] {
        arguments.first == CompareCommand.name ? withSides(arguments) : withHistograms(arguments)
    }

    private static func withSides(_ arguments: [String]) -> [String] {
        guard let dashes = arguments.firstIndex(of: "--") else { return arguments }
        // With the sign: a file may begin with a dash, and nothing after the dashes is an option.
        return arguments[..<dashes] + arguments[(dashes + 1)...].map { "--\(newSide)=\($0)" }
    }

    private static func withHistograms(_ arguments: [String]) -> [String] {
        var afterTerminator = false
        return arguments.map { argument in
            if argument == "--" { afterTerminator = true }
            let prefix = "--histogram="
            guard !afterTerminator, argument.hasPrefix(prefix) else { return argument }
            let names = argument.dropFirst(prefix.count)
            // The parser would refuse an empty value by a name that nobody wrote: a list of no names is ours to refuse.
            return "--histogram-of=" + (names.isEmpty ? "," : names)
        }
    }
}
