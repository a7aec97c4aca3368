import Linux
import LiveView
import Glibc

extension Appearance {
    /// What the terminal on standard output can show, by what its environment says. Refuses what can't show a full screen.
    static func ofTerminal() throws(CommandError) -> Appearance {
        for (descriptor, name) in [(STDOUT_FILENO, "Standard output"), (STDIN_FILENO, "Standard input")]
        where !Terminal.isTerminal(descriptor) {
            throw CommandError(
                "\(name) is no terminal, so nothing can be shown on a full screen. `syslat top --batch` writes the same figures as text or "
                    + "JSON lines.", status: .usage)
        }
        let term = Environment["TERM"] ?? ""
        guard !["", "dumb", "unknown"].contains(term) else {
            let what = term.isEmpty ? "TERM is not set" : "TERM=\(term)"
            throw CommandError(
                "\(what): this terminal can't show a full screen. `syslat top --batch` writes the same figures as text or JSON lines.",
                status: .usage)
        }
        return Appearance(
            colors: ColorDepth.named(term: term, colorTerm: Environment["COLORTERM"] ?? "", isWanted: Terminal.userWantsColor),
            glyphs: .ofLocale)
    }
}

extension GlyphSet {
    /// Whether text is UTF-8 here: locale(7).
    static var ofLocale: GlyphSet {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { Environment[$0] }.first { !$0.isEmpty } ?? ""
        let codeset = locale.lowercased()
        return codeset.contains("utf-8") || codeset.contains("utf8") ? .unicode : .ascii
    }
}

extension ColorDepth {
    /// The depth by TERM and COLORTERM. There is no terminfo where a scratch image is.
    static func named(term: String, colorTerm: String, isWanted: Bool) -> ColorDepth {
        // The terminals of the seventies and eighties, as their emulators are called too.
        guard isWanted, !term.hasPrefix("vt"), !term.hasSuffix("-m"), !term.hasSuffix("-mono") else { return .none }
        if ["truecolor", "24bit"].contains(colorTerm) || term.hasSuffix("-direct") { return .direct }
        return term.contains("256color") ? .indexed : .sixteen
    }
}
