import CaptureSupport
import Foundation
import Testing
import TestPrograms

/// BPF programs and maps. Other programs on this machine load theirs at the same time, so a count says little. The descriptors of
/// a process name what belongs to it.
struct KernelObjects {
    /// A program or map: "prog 12", "map 34".
    typealias Name = String

    /// The objects that a process has open.
    static func owned(by pid: Int32) -> Set<Name> {
        let folder = "/proc/\(pid)/fdinfo"
        var names: Set<Name> = []
        for descriptor in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let text = (try? String(contentsOfFile: "\(folder)/\(descriptor)", encoding: .utf8)) ?? ""
            for line in text.split(separator: "\n") {
                let words = line.split(whereSeparator: \.isWhitespace)
                guard words.count == 2, words[0] == "prog_id:" || words[0] == "map_id:" else { continue }
                names.insert("\(words[0].dropLast(4)) \(words[1])")
            }
        }
        return names
    }

    /// All objects that the kernel has now, with the names from their sources.
    static func all() throws -> [Name: String] {
        let run = try ProgramRun.run([try Fixture("bpf_objects").path])
        try #require(run.status == 0, "bpf_objects: \(run.error)")
        var objects: [Name: String] = [:]
        for line in run.output.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            objects["\(words[0]) \(words[1])"] = words.count > 2 ? String(words[2]) : ""
        }
        return objects
    }

    /// The kernel's programs with names that only syslat gives.
    static func ours() throws -> Set<Name> {
        let programs: Set = [
            // The kernel keeps 15 bytes of a name.
            "sys_enter_fast", "sys_exit_fast", "sys_enter_fast_", "sys_exit_fast_s", "sys_enter_typed", "sys_exit_typed",
            "sys_exit_typed_", "task_fork_typed", "task_exec_typed", "task_exit_typed", "sys_enter_raw", "sys_exit_raw",
            "sys_exit_raw_na", "task_fork_raw", "task_exec_raw", "task_exit_raw", "tick_vdso", "flush_batch",
        ]
        return Set(try all().filter { programs.contains($0.value) }.keys)
    }
}
