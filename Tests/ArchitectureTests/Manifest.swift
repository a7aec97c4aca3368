/// Reads the targets from the text of Package.swift, which is regular. `swift package dump-package` would wait for the lock that
/// a test run holds.
struct Manifest {
    private(set) var floors: [String] = []
    private(set) var targets: [House.Target] = []
    /// Products of other packages, by the name of their constant: `crypto` is `Crypto`.
    private var products: [String: String] = [:]

    /// Calls that declare a target, and the folder of a target that gives no path.
    private static let declarations = [
        "module(": "", "cModule(": "", "systemLibrary(": "", ".target(": "Sources/", ".executableTarget(": "Sources/",
        ".testTarget(": "Tests/",
    ]

    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.drop { $0 == " " }.hasPrefix("//") }
        floors = lines.compactMap { line in
            line.firstMatch(of: /^ +case (\w+) = "(\w+)"/).map { String($0.2) }
        }
        for match in text.matches(of: /let (\w+) = Target\.Dependency\.product\(name: "(\w+)"/) {
            products[String(match.1)] = String(match.2)
        }
        let code = lines.joined(separator: "\n")
        for match in code.matches(of: /(?:\bmodule|\bcModule|\bsystemLibrary|\.target|\.executableTarget|\.testTarget)\(/) {
            guard let target = target(String(match.0), Manifest.arguments(code[match.range.upperBound...])) else { continue }
            targets.append(target)
        }
    }

    /// Nil for the definitions of the helpers, which have parameters where a declaration has a name.
    private func target(_ call: String, _ arguments: [(label: String, value: String)]) -> House.Target? {
        guard let first = arguments.first, ["", "name"].contains(first.label), first.value.hasPrefix("\"") else { return nil }
        let name = String(first.value.dropFirst().dropLast())
        func value(_ label: String) -> String? { arguments.first { $0.label == label }?.value }
        let floorFolder = value("on").map { floor in floors.first { $0.lowercased() == floor.dropFirst() } ?? "?" }
        let path =
            floorFolder.map { "Sources/\($0)/\(name)" } ?? value("path").map { String($0.dropFirst().dropLast()) }
            ?? Manifest.declarations[call, default: ""] + name
        let parts = path.split(separator: "/")
        return House.Target(
            name: name, path: path, excluded: value("exclude").map(names) ?? [],
            dependencies: Set((value("uses") ?? value("dependencies")).map(names) ?? []),
            floor: parts.first == "Sources" && parts.count > 2 ? String(parts[1]) : nil)
    }

    /// The elements of an array: names in quotes, and constants of products.
    private func names(_ array: String) -> [String] {
        array.dropFirst().dropLast().split(separator: ",").map { $0.trimmingWhitespace() }.filter { !$0.isEmpty }.map {
            $0.hasPrefix("\"") ? String($0.dropFirst().dropLast()) : products[$0, default: $0]
        }
    }

    /// The arguments of a call, whose text begins after its opening parenthesis.
    private static func arguments(_ text: Substring) -> [(label: String, value: String)] {
        var (arguments, depth, argument) = ([String](), 0, "")
        scan: for character in text {
            switch character {
            case "(", "[": depth += 1
            case ")", "]":
                if depth == 0 { break scan }
                depth -= 1
            case "," where depth == 0:
                arguments.append(argument)
                argument = ""
                continue
            default: break
            }
            argument.append(character)
        }
        return (arguments + [argument]).map { argument in
            let text = argument.trimmingWhitespace()
            guard let match = text.prefixMatch(of: /(\w+):\s*/) else { return ("", text) }
            return (String(match.1), String(text[match.range.upperBound...]))
        }
    }
}

extension StringProtocol {
    func trimmingWhitespace() -> String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
