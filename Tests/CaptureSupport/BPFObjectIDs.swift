import Foundation

/// Kernel ids of BPF programs, maps and links. The kernel does not use an id again for a long time: an id that is still there
/// is still the same object, whatever other processes load meanwhile.
package struct BPFObjectIDs: Sendable {
    /// Such as `prog 12`.
    package let names: Set<String>

    /// What a process holds.
    package init(heldBy pid: Int32) throws {
        let folder = "/proc/\(pid)/fdinfo"
        var names: Set<String> = []
        for descriptor in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = (try? String(contentsOfFile: "\(folder)/\(descriptor)", encoding: .utf8)) ?? ""
            for line in text.split(separator: "\n") {
                let fields = line.split(whereSeparator: { $0 == ":" || $0 == "\t" })
                // A link's own id comes with that of its program.
                for kind in ["prog", "map", "link"] where fields.count == 2 && fields[0] == "\(kind)_id" {
                    names.insert("\(kind) \(fields[1])")
                }
            }
        }
        self.names = names
    }

    package func count(of kind: String) -> Int { names.filter { $0.hasPrefix("\(kind) ") }.count }

    /// Those that the kernel still has.
    package func remaining() throws -> Set<String> {
        let all = try ProgramRun.run(Fixture.command("bpf_ids")).output.split(separator: "\n")
        return names.intersection(all.map(String.init))
    }

    /// Waits until the kernel has freed all of them, which it does some time after the last user has gone.
    package func areFreed() -> Bool {
        eventually { (try? remaining())?.isEmpty == true }
    }
}
