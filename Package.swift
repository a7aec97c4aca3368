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

/// The kernel-side objects are compiled, turned into Swift, and embedded by the build itself.
let embedBPF: [Target.PluginUsage] = ["EmbedBPF"]

let package = Package(
    name: "syslat",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),  // an oracle, in tests only
    ],
    targets: [
        // What the kernel and user space agree on, and what C must do because Swift cannot.
        .target(name: "CSyslatABI"),
        .target(name: "CLinux"),
        .target(name: "CVDSO"),
        .target(name: "CWorkload"),
        .systemLibrary(name: "CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev", "libelf-dev", "zlib1g-dev"])]),
        .target(name: "CBPFLog", dependencies: ["CLibbpf"]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // The compiled BPF objects.
        .executableTarget(name: "embed-bpf", dependencies: ["CZlib"], path: "Plugins/embed-bpf", swiftSettings: strict),
        .plugin(name: "EmbedBPF", capability: .buildTool(), dependencies: ["embed-bpf"]),
        .target(name: "BPFObjects", dependencies: ["CZlib"], swiftSettings: strict, plugins: embedBPF),

        // Leaves.
        .target(name: "LatencyHistogram", swiftSettings: strict),
        .target(name: "SyscallTable", swiftSettings: strict),
        .target(name: "HostFiles", swiftSettings: strict),

        // From the kernel to a profile.
        .target(name: "BPFRuntime", dependencies: ["CLibbpf", "CBPFLog"], swiftSettings: strict),
        .target(name: "Profile", dependencies: ["LatencyHistogram", "SyscallTable"], swiftSettings: strict),
        .target(name: "VDSO", dependencies: ["CVDSO", "HostFiles", "Profile", "SyscallTable"], swiftSettings: strict),
        .target(
            name: "Aggregation", dependencies: ["CSyslatABI", "LatencyHistogram", "SyscallTable", "Profile"],
            swiftSettings: strict),
        .target(
            name: "Capture",
            dependencies: ["Aggregation", "BPFObjects", "BPFRuntime", "CLinux", "CSyslatABI", "HostFiles", "Profile", "VDSO"],
            swiftSettings: strict),

        // A fixed workload, to compare kernels by.
        .target(
            name: "Workload",
            dependencies: ["CWorkload", "Capture", "LatencyHistogram", "Profile", "SyscallTable"], swiftSettings: strict),

        // Other kernels than this host's: boots them and runs commands in them.
        .target(
            name: "KernelLab", dependencies: ["CLinux", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),

        // From profiles of two kernels to a verdict.
        .target(
            name: "Comparison", dependencies: ["LatencyHistogram", "Profile", "SyscallTable"], swiftSettings: strict),

        // From a profile to people and programs.
        .target(
            name: "ProfileFile",
            dependencies: ["LatencyHistogram", "Profile", "SyscallTable", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "Rendering", dependencies: ["CZlib", "Comparison", "LatencyHistogram", "Profile", "SyscallTable"], swiftSettings: strict),
        .executableTarget(
            name: "syslat",
            dependencies: [
                "Capture", "Comparison", "KernelLab", "LatencyHistogram", "Profile", "ProfileFile", "Rendering", "SyscallTable",
                "Workload",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests without root.
        .testTarget(
            name: "ProfileFileTests",
            dependencies: [
                "LatencyHistogram", "Profile", "ProfileExercise", "ProfileFile", "SyscallTable", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["Corpus"], swiftSettings: strict),
        .testTarget(name: "SyscallTableTests", dependencies: ["SyscallTable"], swiftSettings: strict),
        .testTarget(
            name: "RenderingTests",
            dependencies: [
                "CZlib", "Comparison", "ComparisonSupport", "LatencyHistogram", "Profile", "Rendering", "SyscallTable",
                "TestSupport",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            exclude: ["Snapshots"], swiftSettings: strict),
        .testTarget(
            name: "LatencyHistogramTests",
            dependencies: [
                "LatencyHistogram", "TestSupport", .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "ComparisonSupport", dependencies: ["Comparison", "LatencyHistogram", "Profile", "SyscallTable", "TestSupport"],
            path: "Tests/ComparisonSupport", swiftSettings: strict),
        .testTarget(
            name: "ComparisonTests",
            dependencies: ["Comparison", "ComparisonSupport", "LatencyHistogram", "Profile", "SyscallTable", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "ProfileTests", dependencies: ["LatencyHistogram", "Profile", "SyscallTable"], swiftSettings: strict),
        .testTarget(
            name: "VDSOTests", dependencies: ["HostFiles", "Profile", "SyscallTable", "TestSupport", "VDSO"], swiftSettings: testing),
        .testTarget(
            name: "AggregationTests",
            dependencies: ["Aggregation", "CSyslatABI", "LatencyHistogram", "Profile", "SyscallTable", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "BPFRuntimeTests", dependencies: ["BPFRuntime"], swiftSettings: strict),
        .testTarget(
            name: "SyslatTests",
            dependencies: [
                "Capture", "Rendering", "syslat", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "ProfileExercise",
            dependencies: [
                "Comparison", "Profile", "ProfileFile", "Rendering", .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/ProfileExercise", swiftSettings: strict),

        // What `make bench-comparison` runs.
        .executableTarget(
            name: "bench-comparison",
            dependencies: ["Comparison", "ComparisonSupport", "LatencyHistogram", "Profile", "SyscallTable", "TestSupport"],
            path: "Benchmarks/comparison", swiftSettings: strict),

        // What `make bench-consumer` runs.
        .executableTarget(
            name: "bench-consumer", dependencies: ["Aggregation", "Capture"], path: "Benchmarks/consumer",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),

        // The entry points of fuzzers: `make fuzz` and `make fuzz-vdso` link them, each by itself.
        .target(name: "FuzzProfile", dependencies: ["ProfileExercise", "ProfileFile"], path: "Fuzzing",
            exclude: ["VDSO", "profile.dict"], swiftSettings: testing),
        .target(name: "FuzzVDSO", dependencies: ["VDSO"], path: "Fuzzing/VDSO", exclude: ["dump-vdso"], swiftSettings: testing),

        // Tests that trace (root), and what they share.
        .target(
            name: "CaptureSupport", dependencies: ["CLibbpf", "CSyslatABI", "Capture", "Profile", "Rendering", "SyscallTable"],
            path: "Tests/CaptureSupport", swiftSettings: testing),
        .testTarget(
            name: "CaptureTests",
            dependencies: ["CSyslatABI", "Capture", "CaptureSupport", "LatencyHistogram", "Profile", "SyscallTable", "syslat"],
            exclude: ["Fixtures"], swiftSettings: testing),
        .testTarget(
            name: "WorkloadTests",
            dependencies: [
                "Capture", "CaptureSupport", "LatencyHistogram", "Profile", "ProfileFile", "SyscallTable", "Workload", "syslat",
            ],
            swiftSettings: testing),
        .target(name: "KernelLabSupport", dependencies: ["KernelLab"], path: "Tests/KernelLabSupport", swiftSettings: testing),
        .testTarget(
            name: "KernelLabTests", dependencies: ["CLinux", "CaptureSupport", "KernelLab", "KernelLabSupport", "Workload", "syslat"],
            swiftSettings: testing),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["Capture", "CaptureSupport", "ComparisonSupport", "Profile", "ProfileFile", "TestSupport", "syslat"],
            exclude: ["Snapshots"], swiftSettings: testing),
    ]
)
