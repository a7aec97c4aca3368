/// The command line before it is parsed.
enum Arguments {
    /// The option that stands for a file after the two dashes of `compare`.
    static let newSide = "new-side"

    /// Rewrites what the parser can't express. It has no options with optional values and no second list of files, so
    /// `--histogram=NAMES` becomes a separate option, and so does each file after the two dashes of `syslat compare BASE… -- NEW…`.
    static func prepared(_ arguments: [String]) -> [String] {
        arguments.first == CompareCommand.name ? withSides(arguments) : withHistograms(arguments)
    }

    private static func withSides(_ arguments: [String]) -> [String] {
        guard let dashes = arguments.firstIndex(of: "--") else { return arguments }
        // With `=`, because the name of a file may begin with a dash.
        return arguments[..<dashes] + arguments[(dashes + 1)...].map { "--\(newSide)=\($0)" }
    }

    private static func withHistograms(_ arguments: [String]) -> [String] {
        var afterTerminator = false
        return arguments.map { argument in
            if argument == "--" { afterTerminator = true }
            let prefix = "--histogram="
            guard !afterTerminator, argument.hasPrefix(prefix) else { return argument }
            let names = argument.dropFirst(prefix.count)
            // For an empty value the parser's message would name the hidden option, so let ViewOptions refuse it.
            return "--histogram-of=" + (names.isEmpty ? "," : names)
        }
    }
}
