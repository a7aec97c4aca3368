import Foundation

extension House {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The house as it stands in the repository.
    static let standing = Result { try House.read() }

    private static func read() throws -> House {
        let manifest = Manifest(try text("Package.swift"))
        let folders = try manifest.floors.flatMap { floor in
            try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources/\(floor)").path)
                .map { "\(floor)/\($0)" }
        }
        let page = Page(markdown: try text("Documentation/architecture.md"), floors: manifest.floors)
        var house = House(floors: manifest.floors, targets: manifest.targets, uses: [:], page: page, folders: Set(folders))
        let headers = try house.headers()
        for target in house.targets {
            for file in try house.files(of: target) {
                for module in try House.modules(in: file, headers) { house.uses[target.name, default: [:]][module] = file }
            }
        }
        return house
    }

    /// Swift files that belong to no target, so nothing builds them.
    var strayFiles: [String] {
        get throws {
            let owned = Set(try targets.flatMap(files))
            return try ["Sources", "Tests", "Benchmarks", "Fuzzing"].flatMap(House.files).filter {
                $0.hasSuffix(".swift") && !owned.contains($0)
            }
        }
    }

    /// Files of tests that start programs by Foundation or by exit tests, which programs of others hold up for good (Tests/TestPrograms).
    static var otherStarts: [String] {
        get throws {
            try files(below: "Tests").filter {
                try $0.hasSuffix(".swift") && text($0).contains(/\bProcess\s*(\(\)|\.run\b)|\(process[E]xitsWith/)
            }
        }
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Errors: a folder that can't be listed.
    static func files(below folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path).map { "\(folder)/\($0)" }
    }

    /// The files that the compiler gets for a target: its Swift, or its C if it has none.
    private func files(of target: Target) throws -> [String] {
        let excluded = target.excluded.map { "\(target.path)/\($0)" }
        let files = try House.files(below: target.path).filter { file in
            !excluded.contains { file == $0 || file.hasPrefix("\($0)/") }
        }
        let swift = files.filter { $0.hasSuffix(".swift") }
        return swift.isEmpty ? files.filter { $0.hasSuffix(".c") || $0.hasSuffix(".h") } : swift
    }

    /// The module of each header, by the text of its `#include`. The headers of a C module are in its folder `include`; those of
    /// a system library are the ones that its shim names.
    private func headers() throws -> [String: String] {
        var owners: [String: String] = [:]
        for target in targets where target.floor != nil {
            for file in try House.files(below: target.path) where file.hasSuffix(".h") {
                if file.hasSuffix("/shim.h") {
                    for header in House.includes(in: try House.text(file)) { owners[header] = target.name }
                } else if let include = file.range(of: "/include/") {
                    owners[String(file[include.upperBound...])] = target.name
                }
            }
        }
        return owners
    }

    private static func includes(in text: String) -> [String] {
        lines(of: text, beginningWith: "# ").compactMap { line in
            line.prefixMatch(of: /\s*#\s*include\s*[<"]([^>"]+)[>"]/).map { String($0.1) }
        }
    }

    private static func modules(in file: String, _ headers: [String: String]) throws -> Set<String> {
        let text = try text(file)
        if !file.hasSuffix(".swift") { return Set(includes(in: text).compactMap { headers[$0] }) }
        // Lines with an import begin with `import`, an attribute or a level of access, and are not indented.
        return Set(
            lines(of: text, beginningWith: "i@pf").filter { $0.contains("import ") }.compactMap { line in
                line.prefixMatch(
                    of:
                        /(?:@\w+ )*(?:\w+ )?import (?:(?:struct|func|enum|class|protocol|var) )?(\w+)/
                ).map { String($0.1) }
            })
    }

    /// A pattern on each of 60,000 lines would take half a minute in a debug build.
    private static func lines(of text: String, beginningWith characters: String) -> [String] {
        let characters = Set(characters.utf8)
        return text.components(separatedBy: "\n").filter { $0.utf8.first.map(characters.contains) == true }
    }
}
