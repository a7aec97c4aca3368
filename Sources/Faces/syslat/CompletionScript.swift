/// The script that completes words in a shell, as the parser writes it.
enum CompletionScript {
    /// For bash, the parser's function sets a trap that gives the shell its settings back when the function returns, and leaves it there: from
    /// then on each `source` sets the shell to what it was at the first completion. With this the trap is gone again (swift-argument-parser 1.8.2).
    static func mended(_ text: String) -> String {
        text.replacing(#"trap "${state//$'\n'/;}" RETURN"#, with: #"trap "${state//$'\n'/;};trap - RETURN" RETURN"#)
    }
}
