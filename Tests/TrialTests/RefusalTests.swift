import Foundation
import Testing
import TestPrograms

@testable import Trial

/// What is refused before anything is changed, and the readers of what the machine says.
@Suite struct RefusalTests {
    private static let request = TrialRequest(
        kernels: ["6.1.0-9-amd64", "/boot/vmlinuz-6.12.9-amd64"], boots: 7, folder: "/srv/trial",
        measurement: .bench(arguments: []), settleSeconds: 60)

    private static func entry(_ release: String, _ arguments: String...) -> BootEntry {
        BootEntry(id: "id-\(release)", title: release, release: release, image: "/boot/vmlinuz-\(release)", arguments: arguments)
    }

    private static var facts: TrialFacts {
        var facts = TrialFacts()
        let entries = [entry("6.12.9-amd64", "panic=30"), entry("6.1.0-9-amd64", "quiet")]
        facts.loader = .init(kind: .grub, entries: entries, usual: entries[1])
        (facts.folder, facts.program, facts.programHash, facts.now) = ("/srv/trial", "/usr/local/bin/syslat", "hash", 7)
        (facts.folderFreeBytes, facts.stateFreeBytes) = (1 << 40, 1 << 40)
        return facts
    }

    @Test func `a sound request becomes a plan`() throws {
        let plan = try TrialPlan(RefusalTests.request, on: RefusalTests.facts)
        #expect(plan.kernels.map(\.entry) == ["id-6.1.0-9-amd64", "id-6.12.9-amd64"])
        #expect(plan.usual == "6.1.0-9-amd64" && plan.loader == .grub && plan.plannedBoots.count == 14)
        let text = plan.announcement(entries: RefusalTests.facts.loader?.entries ?? [])
        #expect(text.contains("14 boots of this machine: 7 of each kernel, taking turns, then the usual kernel 6.1.0-9-amd64."))
        #expect(text.contains("The command line of 6.1.0-9-amd64 has no panic=SECONDS"))
    }

    private static let changes: [(String, @Sendable (inout TrialFacts) -> Void)] = [
        ("takes root", { $0.isRoot = false }), ("systemd does not run here", { $0.hasSystemd = false }),
        ("A trial is under way", { $0.isUnderWay = true }),
        ("Others are logged in: anna, bert.", { $0.otherUsers = ["anna", "bert"] }),
        ("neither grub nor systemd-boot", { $0.loader = nil }), ("because", { $0.loader?.obstacle = "because" }),
        ("the way back isn't certain", { $0.loader?.usual = nil }),
        ("grub has no entry for the kernel /boot/vmlinuz-6.12.9-amd64", { $0.loader?.entries.removeFirst() }),
        ("It has none for any kernel.", { $0.loader?.entries = [] }),
        (
            "would refuse the kernel 6.12.9-amd64, which carries no signature",
            {
                $0.hasSecureBoot = true
                $0.unsigned = ["6.12.9-amd64", "6.6"]
            }
        ),
        ("The profiles would be lost: /srv/trial is on tmpfs", { $0.folderIsLost = "is on tmpfs" }),
        ("The trial could not go on: /usr/local/bin/syslat is gone", { $0.programIsLost = "is gone" }),
        ("a unit of systemd can't have", { $0.folder = "/srv/my trial" }),
        ("a unit of systemd can't have", { $0.folder = "/srv/%h" }),
        ("a unit of systemd can't have", { $0.program = "/opt/a\nb" }),
        ("/srv/trial/6.12.9-amd64-7.syslat exists already", { $0.folderNames = ["6.12.9-amd64-7.syslat"] }),
        ("/srv/trial/comparison.json exists already", { $0.folderNames = ["comparison.json"] }),
        ("/srv/trial has 100 MiB left, and 14 profiles may need 112", { $0.folderFreeBytes = 100 << 20 }),
        ("/var/lib has 0 MiB left", { $0.stateFreeBytes = 4096 }),
    ]

    @Test(arguments: changes.indices)
    func `what would not end well is refused`(_ index: Int) throws {
        let (words, change) = RefusalTests.changes[index]
        var facts = RefusalTests.facts
        change(&facts)
        let error = #expect(throws: TrialError.self) { try TrialPlan(RefusalTests.request, on: facts) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func `unsigned kernels are no matter without Secure Boot, nor are those that aren't named`() throws {
        var facts = RefusalTests.facts
        facts.unsigned = ["6.12.9-amd64"]
        _ = try TrialPlan(RefusalTests.request, on: facts)
        (facts.hasSecureBoot, facts.unsigned) = (true, ["6.6"])
        _ = try TrialPlan(RefusalTests.request, on: facts)
    }

    @Test func `one kernel twice, one kernel alone and an unknown unit are refused`() {
        var request = RefusalTests.request
        request.kernels = ["6.1.0-9-amd64", "vmlinuz-6.1.0-9-amd64"]
        let twice = #expect(throws: TrialError.self) { try TrialPlan(request, on: RefusalTests.facts) }
        #expect(twice?.description == "The kernel 6.1.0-9-amd64 is named twice. A trial compares different kernels.")
        request.kernels = ["6.1.0-9-amd64"]
        let alone = #expect(throws: TrialError.self) { try TrialPlan(request, on: RefusalTests.facts) }
        #expect(alone?.description.hasPrefix("A trial compares from 2 to 8 kernels") == true)
        request = RefusalTests.request
        request.measurement = .service(unit: "no.service", seconds: 600)
        var facts = RefusalTests.facts
        facts.hasUnit = false
        let unit = #expect(throws: TrialError.self) { try TrialPlan(request, on: facts) }
        #expect(unit?.description.hasPrefix("systemd knows no unit no.service.") == true)
    }

    // MARK: Readers

    @Test func `releases are found in the names of images`() {
        let releases = [
            "/boot/vmlinuz-6.1.0-9-amd64": "6.1.0-9-amd64", "vmlinuz-6.1": "6.1", "/1234abcd/6.12.9-amd64/linux": "6.12.9-amd64",
            "\\EFI\\Linux\\linux-6.6.efi": "6.6.efi", "/boot/vmlinuz": nil, "/boot/memtest.bin": nil, "": nil, "vmlinuz-": nil,
        ]
        for (path, release) in releases { #expect(BootEntry.release(ofImage: path) == release, "\(path)") }
        #expect(BootEntry.release(named: "6.1.0-9-amd64") == "6.1.0-9-amd64")
    }

    @Test func `entries of systemd-boot are read as bootctl prints them`() throws {
        let text = """
            [{"type":"type1","id":"abc-6.1.0-9-amd64.conf","path":"/boot/loader/entries/abc.conf","root":"/boot","title":"Debian 12",
            "version":"6.1.0-9-amd64","options":"root=/dev/sda2 ro panic=10","linux":"/abc/6.1.0-9-amd64/linux","initrd":["/a"],
            "isReported":true,"isDefault":true,"isSelected":true},
            {"type":"type1","id":"abc-6.12.conf","title":null,"version":"6.12","linux":"/abc/6.12/linux"},
            {"type":"auto","id":"auto-reboot-to-firmware-setup","title":"Firmware"}]
            """
        let list = try BootctlEntry.entries(text)
        #expect(list.entries.map(\.release) == ["6.1.0-9-amd64", "6.12"])
        #expect(list.usual?.id == "abc-6.1.0-9-amd64.conf" && list.usual?.rebootsAfterPanic == true)
        #expect(throws: TrialError.self) { try BootctlEntry.entries("no JSON") }
        #expect(SystemdBootLoader.text([6, 0, 0, 0, 0x61, 0, 0x62, 0, 0, 0]) == "ab")
        #expect(SystemdBootLoader.text([6, 0, 0, 0, 0x61]) == "")
    }

    @Test func `users are those of logind's files and of utmp, as who reads it`() throws {
        let person = "# This is private data. Do not parse.\nUID=1000\nUSER=anna\nACTIVE=1\nSTATE=active\nCLASS=user\n"
        #expect(UserSessions.session(person) == .init(uid: 1000, name: "anna"))
        #expect(UserSessions.session(person.replacingOccurrences(of: "CLASS=user", with: "CLASS=greeter")) == nil)
        #expect(UserSessions.session(person.replacingOccurrences(of: "STATE=active", with: "STATE=closing")) == nil)
        var bytes: [UInt8] = []
        for (type, name) in [(UInt8(7), "anna"), (8, "gone"), (7, "a-name-of-exactly-32-characters-")] {
            var record = [UInt8](repeating: 0, count: 384)
            (record[0], record[4], record[5]) = (type, 1, 2)
            record.replaceSubrange(8..<13, with: Array("pts/0".utf8))
            record.replaceSubrange(44..<(44 + name.utf8.count), with: Array(name.utf8))
            bytes += record
        }
        let users = UserSessions.users(utmp: bytes + [7, 0, 0])
        #expect(users.map(\.name) == ["anna", "a-name-of-exactly-32-characters-"] && users[0].pid == 513)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("syslat-utmp-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = try ProgramRun.run(["who", file.path]).output
        #expect(output.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) } == users.map(\.name))
        let sessions: [UserSessions.Session] = [
            .init(uid: 1000, name: "anna"), .init(uid: nil, name: "anna"), .init(uid: nil, name: "bert"),
        ]
        #expect(UserSessions.others(sessions, ownID: 1000, ownName: "anna") == ["bert"])
        #expect(UserSessions.others(sessions, ownID: 0, ownName: "root") == ["anna", "bert"])
    }

    @Test func `the mount of a path is the last of the longest`() {
        let table = """
            21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            22 21 0:20 / /run rw shared:2 - tmpfs tmpfs rw
            23 21 8:2 / /boot rw shared:3 - ext2 /dev/sda2 rw
            24 23 0:31 / /boot rw - btrfs /dev/sda3 rw
            broken line
            """
        #expect(Mount(of: "/srv/trial", in: table)?.fileSystem == "ext4")
        #expect(Mount(of: "/running", in: table)?.fileSystem == "ext4")
        #expect(Mount(of: "/run/x", in: table)?.isVolatile == true)
        #expect(Mount(of: "/boot/grub", in: table)?.unwritableForGrub == "btrfs")
        #expect(Mount(of: "/", in: "") == nil)
    }

    @Test func `a signature is a table of certificates`() {
        var image = [UInt8](repeating: 0, count: 1024)
        image.replaceSubrange(0..<2, with: Array("MZ".utf8))
        image[0x3c] = 0x80
        image.replaceSubrange(0x80..<0x82, with: Array("PE".utf8))
        image.replaceSubrange(0x98..<0x9a, with: [0x0b, 0x02])
        image[0x98 + 108] = 16
        #expect(!SecureBoot.isSigned(image))
        image.replaceSubrange((0x98 + 112 + 32)..<(0x98 + 112 + 40), with: [0, 2, 0, 0, 0, 1, 0, 0])
        #expect(SecureBoot.isSigned(image))
        for length in 0..<image.count { #expect(!SecureBoot.isSigned(Array(image.prefix(length))) || length >= 0x300) }
        #expect(!SecureBoot.isSigned([UInt8](repeating: 0xff, count: 200)))
    }
}
