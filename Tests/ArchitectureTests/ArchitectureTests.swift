import Testing

@Suite("the modules are as Documentation/architecture.md draws them")
struct ArchitectureTests {
    @Test func `every dependency between modules is declared, needed and allowed`() throws {
        let violations = try House.standing.get().violations.map(\.description).sorted()
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func `every Swift file belongs to a target`() throws {
        #expect(try House.standing.get().strayFiles == [])
    }

    @Test func `tests start programs by TestPrograms alone`() throws {
        #expect(try House.otherStarts == [])
    }

    @Test func `files of a target that the manifest lacks are found`() throws {
        var house = try House.standing.get()
        house.targets.removeAll { ["Profile", "ArchitectureTests"].contains($0.name) }
        let found = try house.strayFiles
        #expect(found.contains("Sources/Model/Profile/Profile.swift"))
        #expect(found.contains("Tests/ArchitectureTests/ArchitectureTests.swift"))
        #expect(found.allSatisfy { $0.hasPrefix("Sources/Model/Profile/") || $0.hasPrefix("Tests/ArchitectureTests/") })
    }

    @Test func `a folder that can't be listed is an error and not empty`() {
        #expect(throws: (any Error).self) { try House.files(below: "Sources/NoSuchFloor") }
    }

    /// Readers that saw nothing would find no violation.
    @Test func `the readers find known floors, imports and dependencies`() throws {
        let house = try House.standing.get()
        #expect(house.floors == ["Base", "Model", "Kernel", "Output", "Faces"])
        #expect(house.targets.count { $0.floor != nil } == house.folders.count)
        #expect(house.uses["ProfileFile"]?["Crypto"] == "Sources/Model/ProfileFile/ProfileFileReader.swift")
        #expect(house.uses["CBPFLog"]?["CLibbpf"] != nil)
        #expect(house.uses["FuzzProfile"]?["VDSO"] == nil, "its folder belongs to another target")
        #expect(house.targets.first { $0.name == "syslat" }?.dependencies.contains("ArgumentParser") == true)
        #expect(house.page.restricted["CLibbpf"]?.contains("BPFRuntime") == true)
    }
}

@Suite("planted violations are found")
struct PlantedViolationTests {
    /// Two floors, three modules, one test.
    private let house = House(
        floors: ["Base", "Model"],
        targets: [
            .init(name: "Clock", path: "Sources/Base/Clock", dependencies: [], floor: "Base"),
            .init(name: "Text", path: "Sources/Base/Text", dependencies: ["Clock"], floor: "Base"),
            .init(name: "Profile", path: "Sources/Model/Profile", dependencies: ["Text"], floor: "Model"),
            .init(name: "CaptureTests", path: "Tests/CaptureTests", dependencies: ["Profile", "syslat"]),
        ],
        uses: [
            "Text": ["Clock": "Text/Date.swift", "Glibc": "Text/Date.swift"], "Profile": ["Text": "Profile/Profile.swift"],
            "CaptureTests": ["Profile": "Tests.swift", "Foundation": "Tests.swift", "Testing": "Tests.swift"],
        ],
        page: House.Page(
            modules: [
                "Clock": .init(floor: "Base", mayUse: []), "Text": .init(floor: "Base", mayUse: ["Clock"]),
                "Profile": .init(floor: "Model", mayUse: ["Text"]),
            ],
            restricted: ["Clock": ["Text"]]),
        folders: ["Base/Clock", "Base/Text", "Model/Profile"])

    private func planting(_ change: (inout House) -> Void) -> Set<House.Violation> {
        var house = house
        change(&house)
        return house.violations
    }

    @Test func `the modules have no violation before one is planted`() {
        #expect(house.violations == [])
    }

    @Test func `a declared dependency on a higher floor is found`() {
        let found = planting {
            $0.targets[0].dependencies = ["Profile"]
            $0.uses["Clock"] = ["Profile": "Clock/Clock.swift"]
            $0.page.modules["Clock"]?.mayUse = ["Profile"]
        }
        #expect(found == [.arrowUp(from: "Clock", to: "Profile")])
    }

    @Test func `an undeclared import from a higher floor is found`() {
        let found = planting { $0.uses["Clock"] = ["Profile": "Clock/Clock.swift"] }
        #expect(
            found == [.arrowUp(from: "Clock", to: "Profile"), .undeclaredImport(of: "Profile", in: "Clock/Clock.swift")])
    }

    @Test func `a report module that depends on the kernel floor is found`() {
        let found = planting {
            $0.floors = ["Kernel", "Output"]
            $0.targets = [
                .init(name: "Probes", path: "Sources/Kernel/Probes", dependencies: [], floor: "Kernel"),
                .init(name: "TextReport", path: "Sources/Output/TextReport", dependencies: ["Probes"], floor: "Output"),
            ]
            $0.uses = ["TextReport": ["Probes": "TextReport.swift"]]
            $0.page.modules = [
                "Probes": .init(floor: "Kernel", mayUse: []), "TextReport": .init(floor: "Output", mayUse: ["Probes"]),
            ]
            $0.folders = ["Kernel/Probes", "Output/TextReport"]
        }
        #expect(found == [.floorsApart(from: "TextReport", to: "Probes")])
    }

    @Test func `an import that its target doesn't declare is found`() {
        let found = planting { $0.uses["Profile"]?["Clock"] = "Profile/Host.swift" }
        #expect(found == [.undeclaredImport(of: "Clock", in: "Profile/Host.swift")])
    }

    @Test func `an import of Foundation in a floor's module is found`() {
        let found = planting { $0.uses["Text"]?["Foundation"] = "Text/Date.swift" }
        #expect(found == [.undeclaredImport(of: "Foundation", in: "Text/Date.swift")])
    }

    @Test func `a dependency that no file imports is found`() {
        let found = planting { $0.uses["Text"] = [:] }
        #expect(found == [.needlessDependency(of: "Text", on: "Clock")])
    }

    @Test func `a test that depends on a program it doesn't start is found`() {
        let found = planting { $0.targets[3].name = "ProfileTests" }
        #expect(found.contains(.needlessDependency(of: "ProfileTests", on: "syslat")))
    }

    @Test func `a dependency that the page doesn't allow is found`() {
        let found = planting { $0.page.modules["Text"]?.mayUse = [] }
        #expect(found == [.arrowNotAllowed(from: "Text", to: "Clock")])
    }

    @Test func `an arrow on the page without a dependency is found`() {
        let found = planting { $0.page.modules["Profile"]?.mayUse = ["Text", "Clock"] }
        #expect(found == [.arrowGone(from: "Profile", to: "Clock")])
    }

    @Test func `an unlisted user of a restricted module is found`() {
        let found = planting {
            $0.targets[3].dependencies.insert("Clock")
            $0.uses["CaptureTests"]?["Clock"] = "Tests.swift"
        }
        #expect(found == [.restrictedModule("Clock", usedBy: "CaptureTests")])
    }

    @Test func `a module that the page lacks, misplaces or invents is found`() {
        #expect(planting { $0.page.modules["Clock"] = nil } == [.missingOnPage("Clock")])
        #expect(planting { $0.page.modules["Clock"]?.floor = "Model" } == [.wrongFloorOnPage("Clock")])
        #expect(
            planting { $0.page.modules["Output"] = .init(floor: "Model", mayUse: []) } == [.unknownOnPage("Output")])
    }

    @Test func `a module's folder on the wrong floor is found`() {
        let found = planting { $0.folders = ["Model/Clock", "Base/Text", "Model/Profile"] }
        #expect(found == [.missingFolder("Base/Clock"), .folderWithoutModule("Model/Clock")])
    }

    @Test func `the manifest reader understands every form of target declaration`() throws {
        let manifest = Manifest(
            """
            enum Floor: String {
                case base = "Base"
                case model = "Model"
            }
            func module(_ name: String, on floor: Floor, uses dependencies: [Target.Dependency] = []) -> Target {
                .target(name: name, dependencies: dependencies)
            }
            let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
            let all: [Target] = [
                cModule("CClock", on: .base),
                module(
                    "Profile", on: .model,
                    uses: [
                        "CClock", crypto,
                    ], plugins: ["Embed"]),
                // .testTarget(name: "GoneTests", dependencies: ["Gone"]),
                .testTarget(name: "ProfileTests", dependencies: ["Profile"], exclude: ["Corpus"], swiftSettings: strict),
            ]
            """)
        #expect(manifest.floors == ["Base", "Model"])
        #expect(manifest.targets.map(\.path) == ["Sources/Base/CClock", "Sources/Model/Profile", "Tests/ProfileTests"])
        #expect(manifest.targets.map(\.dependencies) == [[], ["CClock", "Crypto"], ["Profile"]])
        #expect(manifest.targets.map(\.floor) == ["Base", "Model", nil])
        #expect(manifest.targets.last?.excluded == ["Corpus"])
    }
}
