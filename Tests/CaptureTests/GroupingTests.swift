import Capture
import CaptureSupport
import Foundation
import Linux
import Presentation
import Probes
import Profile
import SyscallTable
import Testing

/// Calls by thread, name, cgroup and file, of programs whose calls are known.
@Suite(.serialized, .requiresBPF) struct GroupingTests {
    private func profile(
        of command: [String], by kind: CallGroups.Kind, set: ProgramSet = .fast, hook: TracepointHooks.Hook? = nil,
        sampling: SamplingPolicy = .everyCall
    ) throws -> Profile {
        var options = CaptureOptions(
            target: .command(try ResolvedCommand(command), follow: true), programSet: set, sampling: sampling)
        options.hook = hook
        options.grouping = kind
        return try capture(options)
    }

    /// Groups and the rest add up to the calls, in number and time, and each group's latencies are of all of its calls.
    private func expectSums(_ profile: Profile, sourceLocation: SourceLocation = #_sourceLocation) throws -> [CallGroup] {
        let groups = try #require(profile.groups)
        let rows = try #require(profile.rows(of: groups.kind), sourceLocation: sourceLocation)
        #expect(rows.reduce(0) { $0 + $1.calls } == profile.calls.reduce(0) { $0 + $1.calls }, sourceLocation: sourceLocation)
        let total = profile.calls.reduce(0) { $0 + $1.distribution.sum }
        #expect(rows.reduce(0) { $0 + $1.totalNanoseconds } == total, sourceLocation: sourceLocation)
        #expect(groups.groups.allSatisfy { $0.distribution?.count == $0.calls }, sourceLocation: sourceLocation)
        #expect(profile.balance.lost == 0 && profile.balance.closes, sourceLocation: sourceLocation)
        return groups.groups
    }

    private func calls(_ name: String, of group: CallGroup) -> UInt64 {
        group.series.filter { $0.id.name == name }.calls
    }

    // MARK: Threads

    @Test(arguments: ProgramSet.allCases, TracepointHooks.Hook.allCases)
    func `every thread has the calls that it made`(set: ProgramSet, hook: TracepointHooks.Hook) throws {
        let profile = try profile(of: Fixture.command("crowd", "8", "3000"), by: .thread, set: set, hook: hook)
        let groups = try expectSums(profile)
        let workers = groups.filter { calls("getppid", of: $0) > 0 }
        #expect(workers.map { calls("getppid", of: $0) } == Array(repeating: 3000, count: 8))
        let pids = Set(
            workers.map { group in
                guard case .thread(let tid, "crowd", let pid?, "crowd") = group.key, tid != pid else { return Int32(0) }
                return pid
            })
        #expect(pids.count == 1 && !pids.contains(0))
        // The process is the sum of its threads.
        let process = try #require(profile.processes.first { $0.pid == pids.first })
        #expect(process.series.filter { $0.id.name == "getppid" }.calls == 24_000 && process.comm == "crowd")
        #expect(profile.processes.reduce(0) { $0 + $1.calls } == profile.calls.reduce(0) { $0 + $1.calls })
    }

    @Test func `thousands of short threads are counted, each in its row`() throws {
        let profile = try profile(of: Fixture.command("short_threads", "5000", "3"), by: .thread)
        let workers = try expectSums(profile).filter { calls("getppid", of: $0) > 0 }
        #expect(workers.count == 5000 && workers.allSatisfy { calls("getppid", of: $0) == 3 })
    }

    @Test func `a thread that executes a program leaves its id`() throws {
        let profile = try profile(of: Fixture.command("exec_from_thread", "3", "0") + ["/bin/true"], by: .thread)
        _ = try expectSums(profile)
        #expect(profile.processes.allSatisfy { $0.pid != nil })
    }

    // MARK: Names

    @Test func `names have the sums of their processes`() throws {
        let script = "for i in 1 2 3 4 5 6 7; do true; /bin/true; done; /bin/ls / >/dev/null"
        let profile = try profile(of: ["sh", "-c", script], by: .comm)
        let groups = try expectSums(profile)
        for group in groups {
            let processes = profile.processes.filter { $0.comm == group.key.name }
            #expect(!processes.isEmpty && processes.reduce(0) { $0 + $1.calls } == group.calls, "\(group.key)")
        }
        #expect(Set(groups.map(\.key.name)).isSuperset(of: ["true", "ls"]))
    }

    // MARK: Cgroups

    /// Starts commands in cgroups that it removes at once, and prints their paths.
    private static let cgroups = """
        root=$(awk -v name=$1 '$3 == "cgroup2" && name == "unified" || $3 == "cgroup" && $4 ~ "(^|,)" name "(,|$)" { print $2; exit }' \
            /proc/self/mounts)
        base=$root$(awk -F: -v name=$1 'name == "unified" && $1 == 0 || $2 ~ "(^|,)" name "(,|$)" { print $3; exit }' /proc/self/cgroup)
        for i in $(seq $2); do
            mkdir "$base/syslat-$$-$i" || exit 1
            sh -c 'echo $$ >"$1/cgroup.procs"; exec "$2" fork 1 5' sh "$base/syslat-$$-$i" "$3"
            until rmdir "$base/syslat-$$-$i" 2>/dev/null; do :; done
        done
        """

    @Test func `processes of cgroups that are gone have their names`() throws {
        let hierarchy = try #require(CgroupHierarchy.current)
        let count = 200
        let profile = try profile(
            of: ["sh", "-c", Self.cgroups, "sh", "\(hierarchy)", "\(count)", Fixture("children").path], by: .cgroup)
        try #require(profile.capture.exitStatus == 0 || profile.capture.exitStatus == nil)
        let short = try expectSums(profile).filter { $0.key.name.contains("/syslat-") }
        #expect(short.count == count)
        #expect(Set(short.map { String($0.key.name.split(separator: "-").last!) }) == Set((1...count).map { "\($0)" }))
        let own = try #require(hierarchy.path(of: getpid()))
        #expect(short.allSatisfy { $0.key.name.hasPrefix(own) })
    }

    // MARK: Files

    private func files(_ count: Int, set: ProgramSet = .fast, hook: TracepointHooks.Hook? = nil) throws -> (Profile, String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return (
            try profile(of: Fixture.command("grouped_files", folder, "\(count)"), by: .file, set: set, hook: hook), folder
        )
    }

    @Test(arguments: ProgramSet.allCases.filter { $0 != .fastSampling }, TracepointHooks.Hook.allCases)
    func `every file has the calls that were made on it`(set: ProgramSet, hook: TracepointHooks.Hook) throws {
        let (profile, folder) = try files(10, set: set, hook: hook)
        let groups = try expectSums(profile)
        func group(_ name: String) throws -> CallGroup { try #require(groups.first { $0.key.name == name }, "\(name)") }
        #expect(try group("\(folder)/read").calls == 100 && group("\(folder)/read").errors == 50)
        #expect(try group("\(folder)/gone").calls == 70)
        #expect(try calls("write", of: group("pipes")) == 30 && calls("read", of: group("pipes")) == 30)
        #expect(try calls("sendto", of: group("UNIX stream sockets")) == 20)
        for number in 0..<10 { #expect(try group("\(folder)/many-\(number)").calls == 1) }
        // close takes its file from the table before it ends, and most calls have no descriptor.
        let rest = profile.restOfCalls(after: groups.flatMap(\.series))
        #expect(rest.filter { $0.id.name == "close" }.calls >= 10)
        #expect(rest.allSatisfy { !["pread64", "pwrite64", "sendto"].contains($0.id.name) })
    }

    /// Thousands of files that are met once, and two slow ones among them: the first, and one of the last.
    @Test(.timeLimit(.minutes(2))) func `of more files than have rows, those with the most time have theirs`() throws {
        let (profile, folder) = try files(15_000)
        let groups = try expectSums(profile)
        func group(_ name: String) throws -> CallGroup {
            try #require(groups.first { $0.key.name == "\(folder)/\(name)" }, "\(name)")
        }
        #expect(try group("read").calls == 100 && group("read").errors == 50, "met before all others, and with the most calls")
        for number in [14_000, 14_001] {
            // Its short calls come besides, unless the map was full when they ended. The slow one always has room there.
            let slow = try group("many-\(number)")
            #expect(calls("flock", of: slow) >= 1 && slow.totalNanoseconds > 20_000_000)
        }
        let many = groups.filter { $0.key.name.hasPrefix("\(folder)/many-") }
        let others = try #require(groups.first { $0.key == .others })
        // Programs name a file when they meet it.
        #expect(many.count > 2000 && !groups.contains { $0.key.name.hasPrefix("inode ") })
        for (call, made) in [("pwrite64", 15_000), ("flock", 4)] {
            #expect((many + [others]).reduce(0) { $0 + calls(call, of: $1) } == made, "\(call)")
        }
        #expect(groups.count <= 4097 && others.distribution?.count == others.calls)
    }

    @Test func `a file that gets the inode of a removed one has a row of its own`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Most file systems use a number again at once.
        let script = "cd $0; for i in 1 2 3 4 5 6 7 8; do echo 1 >file-$i; echo 2 >>file-$i; rm file-$i; done"
        let groups = try expectSums(try profile(of: ["sh", "-c", script, folder], by: .file))
        for number in 1...8 {
            let rows = groups.filter { $0.key.name.hasPrefix("\(folder)/file-\(number)") }
            #expect(rows.count == 1 && rows.allSatisfy { calls("write", of: $0) == 2 }, "\(rows.map(\.key))")
        }
    }

    @Test func `slow calls are kept by their thresholds where files are counted too`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = CaptureOptions(target: .command(try ResolvedCommand(Fixture.command("slow_reads", folder)), follow: true))
        options.grouping = .file
        options.slowCalls = SlowCallOptions(rule: .slowest(5))
        let profile = try capture(options)
        let groups = try expectSums(profile)
        let reads = try #require(profile.slowCalls).calls.filter { $0.id.name == "read" }
        #expect(reads.count == 5 && reads.allSatisfy { $0.durationNanoseconds > 30_000_000 })
        let one = try #require(groups.first { $0.key.name == "\(folder)/one" })
        #expect(calls("read", of: one) == 2)
        #expect(calls("read", of: try #require(groups.first { $0.key.name == "/dev/zero" })) == 10_000)
    }

    @Test func `files and sampling are refused together`() throws {
        #expect(throws: CaptureError.self) {
            _ = try profile(of: ["true"], by: .file, set: .fastSampling, sampling: .fixed(shift: 2))
        }
    }

    @Test(arguments: [CallGroups.Kind.thread, .comm])
    func `groups of sampled calls add up, but for rounding`(kind: CallGroups.Kind) throws {
        let profile = try profile(
            of: Fixture.command("crowd", "4", "20000"), by: kind, set: .fastSampling, sampling: .fixed(shift: 4))
        let groups = try #require(profile.groups).groups
        let (sum, all) = (groups.reduce(0) { $0 + $1.calls }, profile.calls.reduce(0) { $0 + $1.calls })
        #expect(Double(sum) > Double(all) * 0.97 && Double(sum) < Double(all) * 1.03)
    }
}
