/// The menu of grub.cfg, as far as choosing a kernel needs it.
package struct GrubMenu: Sendable {
    package indirect enum Item: Sendable {
        case entry(Heading, image: String?, arguments: [String])
        case submenu(Heading, [Item])

        var heading: Heading {
            switch self {
            case .entry(let heading, _, _), .submenu(let heading, _): heading
            }
        }
    }

    package struct Heading: Sendable, Hashable {
        package let title: String
        package let id: String?

        /// As a part of a path through the menu, in which > separates: the id if there is one.
        var step: String { (id ?? title).split(separator: ">", omittingEmptySubsequences: false).joined(separator: ">>") }
    }

    package let items: [Item]
    /// What `set default=` has, unless that is what `grub-reboot` has chosen.
    package let defaultValue: String?
    /// Whether it takes what `grub-reboot` has chosen, and forgets it before it boots: the file then has `save_env next_entry`.
    package let forgetsNextEntry: Bool

    /// As long a file as is read.
    package static let largestFile = 8 << 20
    private static let deepestMenu = 16

    package init(_ text: String) {
        var reader = Reader(text)
        items = reader.items(depth: 0)
        defaultValue = reader.defaultValue
        forgetsNextEntry = reader.forgetsNextEntry
    }

    /// All entries that boot a kernel, with the path that `grub-reboot` takes.
    package var entries: [BootEntry] { GrubMenu.entries(items, path: "") }

    private static func entries(_ items: [Item], path: String) -> [BootEntry] {
        items.flatMap { item -> [BootEntry] in
            let own = path.isEmpty ? item.heading.step : "\(path)>\(item.heading.step)"
            switch item {
            case .submenu(_, let inner): return entries(inner, path: own)
            case .entry(let heading, let image, let arguments):
                guard let image, let release = BootEntry.release(ofImage: image) else { return [] }
                return [BootEntry(id: own, title: heading.title, release: release, image: image, arguments: arguments)]
            }
        }
    }

    /// The entry that boots when nobody has chosen anything.
    /// - Parameter saved: `saved_entry` of grub's environment.
    package func usualEntry(saved: String?) -> BootEntry? {
        guard let value = defaultValue else { return nil }
        let isSaved = value == "${saved_entry}" || value == "$saved_entry"
        let chosen = isSaved ? saved ?? "0" : value
        guard !chosen.contains("$") else { return nil }
        var (level, path) = (items, "")
        for step in GrubMenu.steps(chosen.isEmpty ? "0" : chosen) {
            guard let item = GrubMenu.item(step, in: level) else { return nil }
            path += (path.isEmpty ? "" : ">") + item.heading.step
            switch item {
            case .entry: return GrubMenu.entries([item], path: "").first.map { $0.renamed(path) }
            case .submenu(_, let inner): level = inner
            }
        }
        // A submenu alone boots its first entry.
        guard case .entry? = level.first, let entry = GrubMenu.entries(Array(level.prefix(1)), path: path).first else { return nil }
        return entry
    }

    /// By index, id or title, as `default` of grub does.
    private static func item(_ name: String, in items: [Item]) -> Item? {
        if let found = items.first(where: { $0.heading.id == name || $0.heading.title == name }) { return found }
        guard let index = Int(name), items.indices.contains(index) else { return nil }
        return items[index]
    }

    /// Splits at single >; two stand for one in a name.
    static func steps(_ path: String) -> [String] {
        var steps = [""]
        var rest = path[...]
        while let first = rest.popFirst() {
            guard first == ">" else {
                steps[steps.count - 1].append(first)
                continue
            }
            if rest.first == ">" {
                rest.removeFirst()
                steps[steps.count - 1].append(">")
            } else {
                steps.append("")
            }
        }
        return steps
    }
}

extension GrubMenu {
    /// Reads commands one by one. Source: "The GRUB manual", section "Writing full configuration files directly".
    private struct Reader {
        private var lexer: GrubLexer
        private(set) var defaultValue: String?
        private(set) var forgetsNextEntry = false

        init(_ text: String) { lexer = GrubLexer(text) }

        /// The items up to the brace that ends the block, or to the end.
        mutating func items(depth: Int) -> [Item] {
            var items: [Item] = []
            while let words = lexer.command() {
                if words.last == .close { break }
                note(words)
                guard words.last == .open else { continue }
                let name = words.first?.text
                guard name == "menuentry" || name == "submenu", depth < GrubMenu.deepestMenu else {
                    skipBlock()
                    continue
                }
                let heading = Reader.heading(words)
                items.append(name == "submenu" ? .submenu(heading, self.items(depth: depth + 1)) : entry(heading))
            }
            return items
        }

        private mutating func entry(_ heading: Heading) -> Item {
            var (image, arguments, depth) = (String?.none, [String](), 1)
            while depth > 0, let words = lexer.command() {
                if words.last == .open { depth += 1 }
                if words.last == .close { depth -= 1 }
                let texts = words.compactMap(\.text)
                if let name = texts.first, ["linux", "linuxefi", "linux16"].contains(name), texts.count > 1 {
                    (image, arguments) = (texts[1], Array(texts.dropFirst(2)))
                }
            }
            return .entry(heading, image: image, arguments: arguments)
        }

        private mutating func skipBlock() {
            var depth = 1
            while depth > 0, let words = lexer.command() {
                if words.last == .open { depth += 1 }
                if words.last == .close { depth -= 1 }
                note(words)
            }
        }

        private mutating func note(_ words: [GrubLexer.Word]) {
            let texts = words.compactMap(\.text)
            // `if …; then` and `else` stand before the command on some lines.
            let command = texts.drop { $0 == "then" || $0 == "else" }
            if command.first == "save_env", command.contains("next_entry") { forgetsNextEntry = true }
            guard command.first == "set", let setting = command.dropFirst().first, setting.hasPrefix("default=") else { return }
            let value = String(setting.dropFirst("default=".count))
            if value != "${next_entry}", value != "$next_entry" { defaultValue = value }
        }

        private static func heading(_ words: [GrubLexer.Word]) -> Heading {
            let texts = words.compactMap(\.text)
            let flag = texts.firstIndex { $0 == "$menuentry_id_option" || $0 == "--id" }
            let id = flag.flatMap { texts.indices.contains($0 + 1) ? texts[$0 + 1] : nil }
            return Heading(title: texts.count > 1 ? texts[1] : "", id: id)
        }
    }
}
