/// The command line before it is parsed.
enum Arguments {
    /// The parser has no option with a value that may be left out: `--histogram=NAMES` becomes an option of its own.
    static func prepared(_ arguments: [String]) -> [String] {
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
