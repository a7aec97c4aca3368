import Testing

@Suite("The house stands as Documentation/architecture.md draws it")
struct ArchitectureTests {
    @Test func everyArrowIsDeclaredNeededAndAllowed() throws {
        let violations = try House.standing.get().violations.map(\.description).sorted()
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func everySwiftFileBelongsToATarget() throws {
        #expect(try House.standing.get().strayFiles == [])
    }

    /// A reader that found nothing would find nothing wrong.
    @Test func theReadersSeeTheHouse() throws {
        let house = try House.standing.get()
        #expect(house.floors == ["Base", "Model", "Kernel", "Output", "Faces"])
        #expect(house.targets.count { $0.floor != nil } == house.folders.count)
        #expect(house.uses["ProfileFile"]?["Crypto"] == "Sources/Model/ProfileFile/ProfileFileReader.swift")
        #expect(house.uses["CBPFLog"]?["CLibbpf"] != nil)
        #expect(house.uses["FuzzProfile"]?["VDSO"] == nil, "excluded: the folder of another target")
        #expect(house.targets.first { $0.name == "syslat" }?.dependencies.contains("ArgumentParser") == true)
        #expect(house.page.restricted["CLibbpf"]?.contains("BPFRuntime") == true)
    }
}

@Suite("What must not be built is found")
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

    @Test func nothingIsWrongWithIt() {
        #expect(house.violations == [])
    }

    @Test func anUpwardArrow() {
        let found = planting {
            $0.targets[0].dependencies = ["Profile"]
            $0.uses["Clock"] = ["Profile": "Clock/Clock.swift"]
            $0.page.modules["Clock"]?.mayUse = ["Profile"]
        }
        #expect(found == [.arrowUp(from: "Clock", to: "Profile")])
    }

    @Test func anUpwardImportThatNobodyDeclared() {
        let found = planting { $0.uses["Clock"] = ["Profile": "Clock/Clock.swift"] }
        #expect(
            found == [.arrowUp(from: "Clock", to: "Profile"), .undeclaredImport(of: "Profile", in: "Clock/Clock.swift")])
    }

    @Test func aReportThatTraces() {
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

    @Test func anUndeclaredImport() {
        let found = planting { $0.uses["Profile"]?["Clock"] = "Profile/Host.swift" }
        #expect(found == [.undeclaredImport(of: "Clock", in: "Profile/Host.swift")])
    }

    @Test func foundationOnAFloor() {
        let found = planting { $0.uses["Text"]?["Foundation"] = "Text/Date.swift" }
        #expect(found == [.undeclaredImport(of: "Foundation", in: "Text/Date.swift")])
    }

    @Test func aNeedlessDependency() {
        let found = planting { $0.uses["Text"] = [:] }
        #expect(found == [.needlessDependency(of: "Text", on: "Clock")])
    }

    @Test func aProgramThatATestDoesNotStart() {
        let found = planting { $0.targets[3].name = "ProfileTests" }
        #expect(found.contains(.needlessDependency(of: "ProfileTests", on: "syslat")))
    }

    @Test func anArrowThatThePageDoesNotAllow() {
        let found = planting { $0.page.modules["Text"]?.mayUse = [] }
        #expect(found == [.arrowNotAllowed(from: "Text", to: "Clock")])
    }

    @Test func anArrowOfThePageThatIsGone() {
        let found = planting { $0.page.modules["Profile"]?.mayUse = ["Text", "Clock"] }
        #expect(found == [.arrowGone(from: "Profile", to: "Clock")])
    }

    @Test func aRestrictedModule() {
        let found = planting {
            $0.targets[3].dependencies.insert("Clock")
            $0.uses["CaptureTests"]?["Clock"] = "Tests.swift"
        }
        #expect(found == [.restrictedModule("Clock", usedBy: "CaptureTests")])
    }

    @Test func aModuleThatThePageLacksOrMisplaces() {
        #expect(planting { $0.page.modules["Clock"] = nil } == [.missingOnPage("Clock")])
        #expect(planting { $0.page.modules["Clock"]?.floor = "Model" } == [.wrongFloorOnPage("Clock")])
        #expect(
            planting { $0.page.modules["Output"] = .init(floor: "Model", mayUse: []) } == [.unknownOnPage("Output")])
    }

    @Test func aFolderOnTheWrongFloor() {
        let found = planting { $0.folders = ["Model/Clock", "Base/Text", "Model/Profile"] }
        #expect(found == [.missingFolder("Base/Clock"), .folderWithoutModule("Model/Clock")])
    }

    @Test func declarationsAreReadAsTheyAreWritten() throws {
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
