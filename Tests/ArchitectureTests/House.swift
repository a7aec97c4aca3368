/// The modules of syslat from three sides: what Package.swift declares, what the sources use, and what
/// Documentation/architecture.md allows.
struct House {
    /// From the lowest to the highest.
    var floors: [String]
    var targets: [Target]
    /// By target: the modules that its files import or include, each with one of those files.
    var uses: [String: [String: String]]
    var page: Page
    /// The folders of modules, with their floor: `Base/Linux`.
    var folders: Set<String>

    struct Target {
        var name: String
        /// Where its files are, from the root of the repository.
        var path: String
        var excluded: [String] = []
        var dependencies: Set<String>
        /// Nil for what is on no floor: tests, benchmarks, the build's own tools.
        var floor: String?
    }

    /// What the page says.
    struct Page {
        var modules: [String: Module]
        /// Modules that only some may use, and which those are.
        var restricted: [String: Set<String>]

        struct Module {
            var floor: String
            var mayUse: Set<String>
        }
    }

    /// Modules of the toolchain, which need no declaration. The floors do without Foundation, because a static binary would carry
    /// most of it.
    static let toolchain: Set = ["FoundationEssentials", "Glibc", "Synchronization"]
    static let toolchainBesideTheHouse = toolchain.union(["Foundation", "Testing"])
    /// Programs that tests only start: the dependency gets them built, and nothing imports them.
    static let starts: [String: Set<String>] = [
        "CaptureTests": ["syslat"], "CommandLineTests": ["syslat"], "WorkloadTests": ["syslat"],
    ]

    /// Floors that a floor above them must not use: a report can be made where nothing can be traced.
    static let apart: [String: Set<String>] = ["Output": ["Kernel"]]

    enum Violation: Hashable {
        case arrowNotAllowed(from: String, to: String)
        case arrowUp(from: String, to: String)
        case floorsApart(from: String, to: String)
        /// The page allows an arrow that is gone.
        case arrowGone(from: String, to: String)
        case undeclaredImport(of: String, in: String)
        case needlessDependency(of: String, on: String)
        case restrictedModule(String, usedBy: String)
        case missingOnPage(String)
        case unknownOnPage(String)
        case wrongFloorOnPage(String)
        case missingFolder(String)
        case folderWithoutModule(String)
    }

    /// Everything that breaks a rule; empty if nothing does.
    var violations: Set<Violation> {
        var found: Set<Violation> = []
        for target in targets {
            found.formUnion(arrowsOnPage(target))
            found.formUnion(arrowsBetweenFloors(target))
            found.formUnion(importsAgainstDeclarations(target))
            found.formUnion(restrictions(target))
            found.formUnion(placement(target))
        }
        let declared = Set(targets.compactMap { target in target.floor.map { "\($0)/\(target.name)" } })
        found.formUnion(folders.subtracting(declared).map(Violation.folderWithoutModule))
        let onFloors = Set(targets.filter { $0.floor != nil }.map(\.name))
        found.formUnion(Set(page.modules.keys).subtracting(onFloors).map(Violation.unknownOnPage))
        return found
    }

    private func arrowsOnPage(_ target: Target) -> [Violation] {
        guard target.floor != nil, let allowed = page.modules[target.name]?.mayUse else { return [] }
        return target.dependencies.subtracting(allowed).map { .arrowNotAllowed(from: target.name, to: $0) }
            + allowed.subtracting(target.dependencies).map { .arrowGone(from: target.name, to: $0) }
    }

    private func arrowsBetweenFloors(_ target: Target) -> [Violation] {
        guard let floor = target.floor, let height = floors.firstIndex(of: floor) else { return [] }
        // Undeclared imports count too.
        let used = target.dependencies.union(uses[target.name, default: [:]].keys)
        return targets.filter { used.contains($0.name) }.compactMap { other in
            guard let theirs = other.floor else { return nil }
            if House.apart[floor, default: []].contains(theirs) { return .floorsApart(from: target.name, to: other.name) }
            return floors.firstIndex(of: theirs).map { $0 > height } == true ? .arrowUp(from: target.name, to: other.name) : nil
        }
    }

    private func importsAgainstDeclarations(_ target: Target) -> [Violation] {
        let given = target.floor == nil ? House.toolchainBesideTheHouse : House.toolchain
        let used = uses[target.name, default: [:]].filter { $0.key != target.name && !given.contains($0.key) }
        let needed = House.starts[target.name, default: []].union(used.keys)
        return used.filter { !target.dependencies.contains($0.key) }.map { .undeclaredImport(of: $0.key, in: $0.value) }
            + target.dependencies.subtracting(needed).map { .needlessDependency(of: target.name, on: $0) }
    }

    private func restrictions(_ target: Target) -> [Violation] {
        page.restricted.filter { module, users in
            target.dependencies.contains(module) && !users.contains(target.name)
        }.map { .restrictedModule($0.key, usedBy: target.name) }
    }

    private func placement(_ target: Target) -> [Violation] {
        guard let floor = target.floor else { return [] }
        var found: [Violation] = []
        if !folders.contains("\(floor)/\(target.name)") { found.append(.missingFolder("\(floor)/\(target.name)")) }
        switch page.modules[target.name]?.floor {
        case nil: found.append(.missingOnPage(target.name))
        case floor: break
        default: found.append(.wrongFloorOnPage(target.name))
        }
        return found
    }
}

extension House.Violation: CustomStringConvertible {
    var description: String {
        switch self {
        case .arrowNotAllowed(let from, let to): "\(from) uses \(to): Documentation/architecture.md doesn't allow it"
        case .arrowUp(let from, let to): "\(from) uses \(to), which is on a higher floor"
        case .arrowGone(let from, let to): "Documentation/architecture.md lets \(from) use \(to), which it doesn't"
        case .floorsApart(let from, let to): "\(from) uses \(to), whose floor is closed to it"
        case .undeclaredImport(let module, let file): "\(file) imports \(module), which its target doesn't declare"
        case .needlessDependency(let target, let module): "\(target) declares \(module) and never imports it"
        case .restrictedModule(let module, let user): "\(user) may not use \(module): see Documentation/architecture.md"
        case .missingOnPage(let module): "Documentation/architecture.md doesn't name \(module)"
        case .unknownOnPage(let module): "Documentation/architecture.md names \(module), which Package.swift doesn't declare"
        case .wrongFloorOnPage(let module): "Documentation/architecture.md puts \(module) on another floor than Package.swift"
        case .missingFolder(let folder): "Sources/\(folder) doesn't exist"
        case .folderWithoutModule(let folder): "Sources/\(folder) belongs to no target"
        }
    }
}
