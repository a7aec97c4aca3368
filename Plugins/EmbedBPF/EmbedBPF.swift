import Foundation
import PackagePlugin

/// Compiles each BPF program of the package with the toolchain's own clang and embeds the object as Swift.
@main
struct EmbedBPF: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let package = context.package.directoryURL
        let kernelSide = package.appending(path: "BPF")
        let shared = package.appending(path: "Sources/Base/CSyslatABI/include")
        let clang = try context.tool(named: "clang").url
        let tool = try context.tool(named: "embed-bpf").url
        let headers = [kernelSide, shared].flatMap { files(below: $0, named: ".h") }

        return files(below: kernelSide, named: ".bpf.c").map { source in
            let name = String(source.lastPathComponent.dropLast(".bpf.c".count))
            let output = context.pluginWorkDirectoryURL.appending(path: "BPFObjects+\(name).swift")
            return .buildCommand(
                displayName: "Compiling BPF object \(name)",
                executable: tool,
                arguments: [
                    clang.path(), source.path(), name, output.path(), kernelSide.path(), shared.path(),
                ],
                inputFiles: [source, clang] + headers,
                outputFiles: [output])
        }
    }

    /// The files in a folder and the folders below it whose names end so.
    private func files(below folder: URL, named ending: String) -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (all?.compactMap { $0 as? URL } ?? []).filter { $0.lastPathComponent.hasSuffix(ending) }
            .sorted { $0.path < $1.path }
    }
}
