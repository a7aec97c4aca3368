// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every Swift target of the package.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Tests that start programs use Foundation and POSIX at every turn: marking each as unsafe would hide what they say.
let testing: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

/// The floors of the house: folders of Sources. A module may use its own floor and those below it (Documentation/architecture.md).
enum Floor: String {
    case base = "Base"
    case model = "Model"
    case kernel = "Kernel"
    case output = "Output"
    case faces = "Faces"
}

/// A Swift module on a floor.
func module(_ name: String, on floor: Floor, uses dependencies: [Target.Dependency] = [], plugins: [Target.PluginUsage] = [])
    -> Target
{
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(floor.rawValue)/\(name)", swiftSettings: strict, plugins: plugins)
}

/// C that works as root with what others control: an overrun ends the program. Fortified functions need an optimised build.
let hardened: [CSetting] = [
    .unsafeFlags(["-fstack-protector-strong"]), .define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release)),
]

/// A C module on a floor: what the kernel and user space agree on, and what C must do because Swift can't.
func cModule(_ name: String, on floor: Floor, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(floor.rawValue)/\(name)", cSettings: hardened)
}

/// A library of the system.
func systemLibrary(_ name: String, on floor: Floor, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/\(floor.rawValue)/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
/// HTTP, without Foundation. HTTPService alone may use it.
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
/// An oracle, in tests only.
let hdrHistogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")

let base: [Target] = [
    cModule("CSyslatABI", on: .base),
    cModule("CLinux", on: .base),
    systemLibrary("CZlib", on: .base, pkgConfig: "zlib", package: "zlib1g-dev"),
    module("SaturatingMath", on: .base),
    module("Compression", on: .base, uses: ["CZlib"]),
    module("LatencyHistogram", on: .base, uses: ["SaturatingMath"]),
    module("SyscallTable", on: .base),
    module("CallSelection", on: .base, uses: ["SyscallTable"]),
    module("PlainText", on: .base),
    module("CallArguments", on: .base, uses: ["PlainText", "SyscallTable"]),
    module("JSONLine", on: .base),
    module("Linux", on: .base, uses: ["CLinux", "PlainText"]),
]

let model: [Target] = [
    module("Profile", on: .model, uses: ["CSyslatABI", "LatencyHistogram", "SaturatingMath", "SyscallTable"]),
    module("ProfileSchema", on: .model, uses: ["LatencyHistogram", "Profile", "SaturatingMath", "SyscallTable"]),
    module(
        "ProfileFile", on: .model,
        uses: [
            "Compression", "JSONLine", "LatencyHistogram", "PlainText", "Profile", "ProfileSchema", "SaturatingMath",
            "SyscallTable", crypto,
        ]),
    module("FlightRecorder", on: .model, uses: ["CallSelection", "LatencyHistogram", "Profile", "SaturatingMath", "SyscallTable"]),
    module("Comparison", on: .model, uses: ["LatencyHistogram", "Profile", "SaturatingMath", "SyscallTable"]),
    module(
        "FleetSamples", on: .model,
        uses: ["Comparison", "JSONLine", "LatencyHistogram", "PlainText", "Profile", "SyscallTable"]),
]

let kernel: [Target] = [
    cModule("CVDSO", on: .kernel),
    cModule("CWorkload", on: .kernel),
    systemLibrary("CLibbpf", on: .kernel, pkgConfig: "libbpf", package: "libbpf-dev"),
    cModule("CBPFLog", on: .kernel, uses: ["CLibbpf"]),
    module("BPFObjects", on: .kernel, uses: ["CZlib"], plugins: ["EmbedBPF"]),
    module("BPFRuntime", on: .kernel, uses: ["CBPFLog", "CLibbpf", "PlainText"]),
    module(
        "Aggregation", on: .kernel,
        uses: ["CSyslatABI", "LatencyHistogram", "PlainText", "Profile", "SaturatingMath", "SyscallTable"]),
    module(
        "Probes", on: .kernel,
        uses: [
            "Aggregation", "BPFObjects", "BPFRuntime", "CLinux", "CSyslatABI", "CallSelection", "Linux", "PlainText", "Profile",
            "SyscallTable",
        ]),
    module("VDSO", on: .kernel, uses: ["CVDSO", "Linux", "Profile", "SyscallTable"]),
    module(
        "Capture", on: .kernel,
        uses: [
            "Aggregation", "BPFRuntime", "CLinux", "CSyslatABI", "CallArguments", "CallSelection", "LatencyHistogram", "Linux",
            "PlainText", "Probes", "Profile", "SaturatingMath", "Symbols", "SyscallTable", "VDSO",
        ]),
    module("Symbols", on: .kernel, uses: ["CLinux", "CZlib", "Linux", "PlainText"]),
    module("HostCheck", on: .kernel, uses: ["CallSelection", "Capture", "Linux", "Probes", "Profile", "SyscallTable", "VDSO"]),
    module(
        "Workload", on: .kernel,
        uses: ["CWorkload", "CallSelection", "Capture", "LatencyHistogram", "Probes", "Profile", "SyscallTable"]),
    module("KernelLab", on: .kernel, uses: ["CLinux", "JSONLine", "Linux", crypto]),
    module("Trial", on: .kernel, uses: ["JSONLine", "Linux", "PlainText", crypto]),
]

let output: [Target] = [
    module(
        "Presentation", on: .output,
        uses: ["CallArguments", "Comparison", "LatencyHistogram", "PlainText", "Profile", "SaturatingMath", "SyscallTable"]),
    module(
        "TextReport", on: .output,
        uses: ["Comparison", "LatencyHistogram", "PlainText", "Presentation", "Profile", "SaturatingMath", "SyscallTable"]),
    module(
        "Exports", on: .output,
        uses: [
            "Comparison", "Compression", "LatencyHistogram", "PlainText", "Presentation", "Profile", "ProfileSchema",
            "SaturatingMath", "SyscallTable",
        ]),
    module("Graphics", on: .output, uses: ["PlainText", "Presentation"]),
    module(
        "HTMLReport", on: .output,
        uses: [
            "Comparison", "Graphics", "LatencyHistogram", "Presentation", "Profile", "SaturatingMath", "SyscallTable", crypto,
        ]),
]

let faces: [Target] = [
    module("HTTPService", on: .faces, uses: [nioCore, nioPosix, nioHTTP1]),
    module(
        "CaptureSite", on: .faces,
        uses: [
            "Compression", "Exports", "HTMLReport", "HTTPService", "LatencyHistogram", "Presentation", "Profile", "ProfileFile",
            "SaturatingMath", "SyscallTable",
        ]),
    module(
        "LiveView", on: .faces,
        uses: [
            "CallSelection", "Exports", "LatencyHistogram", "PlainText", "Presentation", "Profile", "SaturatingMath",
            "SyscallTable",
            "TextReport",
        ]),
    .executableTarget(
        name: "syslat",
        dependencies: [
            "CallSelection", "Capture", "CaptureSite", "Comparison", "Exports", "FleetSamples", "FlightRecorder", "HTMLReport",
            "HTTPService", "HostCheck",
            "KernelLab", "Linux", "LiveView", "PlainText", "Presentation", "Probes", "Profile", "ProfileFile", "SaturatingMath",
            "Symbols", "SyscallTable",
            "TextReport", "Trial", "Workload", argumentParser,
        ],
        path: "Sources/Faces/syslat", swiftSettings: strict),
]

/// What the build itself runs: compiles the BPF programs and embeds the objects as Swift.
let buildTools: [Target] = [
    .executableTarget(name: "embed-bpf", dependencies: ["CZlib"], path: "Plugins/embed-bpf", swiftSettings: strict),
    .plugin(name: "EmbedBPF", capability: .buildTool(), dependencies: ["embed-bpf"]),
]

/// Tests that need neither root nor a network, and what they share.
let rootFreeTests: [Target] = [
    // Reads this file, all imports and Documentation/architecture.md.
    .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    .testTarget(
        name: "ABITests",
        dependencies: ["CSyslatABI", "CallSelection", "LatencyHistogram", "Profile", "SyscallTable"], swiftSettings: strict),
    .testTarget(
        name: "ProfileFileTests",
        dependencies: [
            "LatencyHistogram", "PlainText", "Profile", "ProfileExercise", "ProfileFile", "ReportFixtures", "SaturatingMath",
            "SyscallTable", "TestSupport", crypto,
        ],
        exclude: ["Corpus"], swiftSettings: strict),
    .testTarget(
        name: "SaturatingMathTests", dependencies: ["LatencyHistogram", "SaturatingMath", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "CompressionTests", dependencies: ["Compression", "TestPrograms", "TestSupport"], swiftSettings: testing),
    .testTarget(
        name: "FlightRecorderTests",
        dependencies: ["CallSelection", "FlightRecorder", "LatencyHistogram", "Profile", "SyscallTable", "TestSupport"],
        swiftSettings: strict),
    .testTarget(name: "JSONLineTests", dependencies: ["JSONLine", "TestSupport"], swiftSettings: testing),
    .testTarget(name: "PlainTextTests", dependencies: ["PlainText", "TestSupport"], swiftSettings: testing),
    .testTarget(name: "LinuxTests", dependencies: ["CLinux", "Linux", "TestPrograms"], swiftSettings: testing),
    .testTarget(name: "SyscallTableTests", dependencies: ["SyscallTable"], swiftSettings: strict),
    .testTarget(
        name: "CallArgumentsTests", dependencies: ["CallArguments", "SyscallTable", "TestPrograms", "TestSupport"],
        swiftSettings: testing),
    .testTarget(name: "CallSelectionTests", dependencies: ["CallSelection", "SyscallTable"], swiftSettings: strict),
    // Profiles made up for the tests of the Output floor.
    .target(
        name: "ReportFixtures",
        dependencies: [
            "Comparison", "ComparisonSupport", "LatencyHistogram", "Profile", "SaturatingMath", "SyscallTable", "TestSupport",
        ],
        path: "Tests/ReportFixtures", swiftSettings: strict),
    .testTarget(
        name: "PresentationTests",
        dependencies: [
            "Comparison", "LatencyHistogram", "Presentation", "Profile", "ReportFixtures", "SyscallTable", "TestSupport",
        ],
        swiftSettings: strict),
    .testTarget(
        name: "TextReportTests",
        dependencies: [
            "Comparison", "ComparisonSupport", "LatencyHistogram", "PlainText", "Presentation", "Profile", "ReportFixtures",
            "SyscallTable",
            "TestSupport", "TextReport",
        ],
        exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
        name: "ExportsTests",
        dependencies: [
            "Comparison", "Compression", "CZlib", "Exports", "LatencyHistogram", "PlainText", "Presentation", "Profile",
            "ReportFixtures", "SaturatingMath", "SyscallTable", "TestPrograms", "TestSupport", hdrHistogram,
        ],
        exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
        name: "LiveViewTests",
        dependencies: [
            "LatencyHistogram", "LiveView", "Profile", "ReportFixtures", "SyscallTable", "TestSupport",
        ],
        exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(name: "HTTPServiceTests", dependencies: ["HTTPService", "TestPrograms"], swiftSettings: testing),
    .testTarget(
        name: "CaptureSiteTests",
        dependencies: [
            "CaptureSite", "Exports", "HTTPService", "LatencyHistogram", "Profile", "ProfileFile", "ReportFixtures", "SyscallTable",
            "TestSupport",
        ],
        swiftSettings: strict),
    .testTarget(
        name: "HTMLReportTests",
        dependencies: [
            "Comparison", "ComparisonSupport", "Exports", "Graphics", "HTMLReport", "LatencyHistogram", "Presentation", "Profile",
            "ProfileExercise", "ReportFixtures", "SyscallTable", "TestSupport", "TextReport",
        ],
        exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
        name: "LatencyHistogramTests",
        dependencies: ["LatencyHistogram", "SaturatingMath", "TestPrograms", "TestSupport", hdrHistogram],
        swiftSettings: strict),
    .target(
        name: "ComparisonSupport", dependencies: ["Comparison", "LatencyHistogram", "Profile", "SyscallTable", "TestSupport"],
        path: "Tests/ComparisonSupport", swiftSettings: strict),
    .testTarget(
        name: "ComparisonTests",
        dependencies: ["Comparison", "ComparisonSupport", "LatencyHistogram", "Profile", "SyscallTable", "TestSupport"],
        swiftSettings: strict),
    .testTarget(
        name: "FleetSamplesTests",
        dependencies: [
            "Comparison", "ComparisonSupport", "Exports", "FleetSamples", "JSONLine", "LatencyHistogram", "Profile", "SyscallTable",
            "TestSupport", "TextReport",
        ],
        swiftSettings: strict),
    .testTarget(
        name: "ProfileTests", dependencies: ["LatencyHistogram", "Profile", "SyscallTable", "TestSupport"], swiftSettings: strict),
    .testTarget(
        name: "VDSOTests", dependencies: ["Linux", "Profile", "SyscallTable", "TestPrograms", "TestSupport", "VDSO"],
        swiftSettings: testing),
    .testTarget(
        name: "AggregationTests",
        dependencies: [
            "Aggregation", "CSyslatABI", "LatencyHistogram", "Profile", "SaturatingMath", "SyscallTable", "TestSupport",
        ],
        swiftSettings: strict),
    .testTarget(
        name: "SymbolsTests", dependencies: ["CLinux", "Linux", "Symbols", "TestPrograms", "TestSupport"], swiftSettings: testing),
    .testTarget(name: "TrialTests", dependencies: ["TestPrograms", "TestSupport", "Trial"], swiftSettings: testing),
    .testTarget(name: "BPFRuntimeTests", dependencies: ["BPFRuntime"], swiftSettings: strict),
    .testTarget(
        name: "SyslatTests",
        dependencies: ["Capture", "FlightRecorder", "LiveView", "Presentation", "Profile", "TextReport", "syslat", argumentParser],
        swiftSettings: strict),
    .target(name: "TestSupport", dependencies: ["TestPrograms"], path: "Tests/TestSupport", swiftSettings: strict),
    // Starts programs for the tests.
    .target(name: "TestPrograms", dependencies: ["CTestPrograms"], path: "Tests/TestPrograms", swiftSettings: testing),
    .target(name: "CTestPrograms", path: "Tests/CTestPrograms"),
    .target(
        name: "ProfileExercise",
        dependencies: [
            "Comparison", "Exports", "HTMLReport", "LatencyHistogram", "Presentation", "Profile", "ProfileFile", "TextReport",
            crypto,
        ],
        path: "Tests/ProfileExercise", swiftSettings: strict),
]

/// Tests that trace (root) or boot kernels, and what they share.
let tracingTests: [Target] = [
    .target(
        name: "CaptureSupport",
        dependencies: [
            "Capture", "CLibbpf", "CSyslatABI", "Exports", "HostCheck", "Probes", "Profile", "SyscallTable", "TestPrograms",
        ],
        path: "Tests/CaptureSupport", swiftSettings: testing),
    .testTarget(
        name: "CaptureTests",
        dependencies: [
            "Aggregation", "CallSelection", "Capture", "CaptureSupport", "CSyslatABI", "HostCheck", "LatencyHistogram", "Linux",
            "Presentation", "Probes", "Profile", "SyscallTable", "syslat", "TestPrograms", "TestSupport",
        ],
        exclude: ["Fixtures"], swiftSettings: testing),
    .testTarget(
        name: "WorkloadTests",
        dependencies: [
            "Capture", "CaptureSupport", "LatencyHistogram", "Probes", "Profile", "ProfileFile", "SyscallTable", "syslat",
            "TestPrograms", "Workload",
        ],
        swiftSettings: testing),
    .target(
        name: "KernelLabSupport", dependencies: ["KernelLab", "Probes"], path: "Tests/KernelLabSupport", swiftSettings: testing),
    .testTarget(
        name: "KernelLabTests",
        dependencies: [
            "CaptureSupport", "KernelLab", "KernelLabSupport", "Linux", "Probes", "syslat", "TestPrograms", "TestSupport",
            "Workload",
        ],
        swiftSettings: testing),
    .testTarget(
        name: "CommandLineTests",
        dependencies: [
            "Capture", "CaptureSupport", "Comparison", "ComparisonSupport", "Exports", "KernelLabSupport", "LatencyHistogram",
            "Probes", "Profile", "ProfileFile", "SyscallTable", "syslat", "TestPrograms", "TestSupport",
        ],
        exclude: ["Snapshots"], swiftSettings: testing),
]

/// Benchmarks, and the entry points of fuzzers.
let tools: [Target] = [
    // What `make bench-comparison` runs.
    .executableTarget(
        name: "bench-comparison",
        dependencies: ["Comparison", "ComparisonSupport", "LatencyHistogram", "Profile", "SyscallTable", "TestSupport"],
        path: "Benchmarks/comparison", swiftSettings: strict),

    // What `make bench-noise` runs.
    .executableTarget(
        name: "bench-noise",
        dependencies: ["Comparison", "LatencyHistogram", "Profile", "ProfileFile", "SyscallTable", "TestSupport"],
        path: "Benchmarks/noise", swiftSettings: strict),

    // What `make bench-consumer` runs.
    .executableTarget(
        name: "bench-consumer", dependencies: ["Aggregation", "Capture"], path: "Benchmarks/consumer",
        swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),

    // What `make bench-snapshot` runs.
    .executableTarget(
        name: "bench-snapshot", dependencies: ["Capture", "Linux"], path: "Benchmarks/snapshot",
        swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),

    // What `make bench-live` runs.
    .executableTarget(
        name: "bench-live", dependencies: ["Capture", "Linux", "LiveView", "Profile"], path: "Benchmarks/live",
        swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),

    // What `make bench-recorder` runs.
    .executableTarget(
        name: "bench-recorder", dependencies: ["LatencyHistogram", "Profile", "ProfileFile", "SyscallTable", "TestSupport"],
        path: "Benchmarks/recorder", swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),

    // What `make fuzz` and `make fuzz-vdso` link, each by itself.
    .target(
        name: "FuzzProfile", dependencies: ["ProfileExercise", "ProfileFile"], path: "Fuzzing",
        exclude: ["VDSO", "mutate-reports", "storm-requests", "profile.dict"], swiftSettings: testing),
    .target(name: "FuzzVDSO", dependencies: ["VDSO"], path: "Fuzzing/VDSO", exclude: ["dump-vdso"], swiftSettings: testing),
]

let package = Package(
    name: "syslat",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: base + model + kernel + output + faces + buildTools + rootFreeTests + tracingTests + tools
)
