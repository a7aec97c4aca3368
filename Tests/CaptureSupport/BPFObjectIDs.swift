import Foundation
import TestPrograms

/// Kernel ids of BPF programs, maps and links. The kernel doesn't reuse an id for a long time, so an id that is still there means
/// the same object, whatever other processes load meanwhile.
package struct BPFObjectIDs: Sendable {
    /// Such as `prog 12`.
    package let names: Set<String>

    /// The objects that a process holds.
    package init(heldBy pid: Int32) throws {
        let folder = "/proc/\(pid)/fdinfo"
        var names: Set<String> = []
        for descriptor in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = (try? String(contentsOfFile: "\(folder)/\(descriptor)", encoding: .utf8)) ?? ""
            for line in text.split(separator: "\n") {
                let fields = line.split(whereSeparator: { $0 == ":" || $0 == "\t" })
                // For a link there is also the id of its program.
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

    /// Waits until the kernel has freed all of them, which takes some time after the last user has gone.
    package func areFreed() -> Bool {
        eventually { (try? remaining())?.isEmpty == true }
    }
}
