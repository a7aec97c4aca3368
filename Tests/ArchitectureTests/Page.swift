extension House.Page {
    /// Reads Documentation/architecture.md: a table of modules below the heading of each floor, `### Base`, and one below
    /// `### Restricted modules`. Names are in backticks; the last column says what a module may use, or who may use it.
    init(markdown: String, floors: [String]) {
        (modules, restricted) = ([:], [:])
        var heading = ""
        for line in markdown.split(separator: "\n") {
            if line.hasPrefix("#") { heading = line.drop { $0 == "#" }.trimmingWhitespace() }
            guard line.hasPrefix("| `"), line.hasSuffix("|") else { continue }
            let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map(Self.names)
            guard let name = cells.first?.first, let last = cells.last else { continue }
            if floors.contains(heading) {
                modules[name] = Module(floor: heading, mayUse: Set(last))
            } else if heading == "Restricted modules" {
                restricted[name] = Set(last)
            }
        }
    }

    private static func names(_ cell: Substring) -> [String] { cell.matches(of: /`([\w-]+)`/).map { String($0.1) } }
}
