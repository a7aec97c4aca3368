import Crypto
import Glibc
import Linux
import PlainText

/// The machine that this runs on.
package final class ThisMachine: TrialMachine {
    private static let stateFolder = "/var/lib/syslat"
    private static let statePath = "\(stateFolder)/trial"
    private static let lastPath = "\(stateFolder)/trial-last"
    private static let unitFolder = "/etc/systemd/system"
    private static let unitPath = "\(unitFolder)/\(TrialPlan.unitName)"
    private static let wantsFolder = "\(unitFolder)/multi-user.target.wants"

    package let bootID: String
    package let release = KernelRelease.current
    package let programHash: String
    private let program: String
    /// Nobody else takes a step meanwhile.
    private let lock: LockedFolder?

    package var now: UInt64 { Clock.wall / 1_000_000_000 }

    /// - Parameter isLocked: false to look only.
    package init(isLocked: Bool) throws(TrialError) {
        guard let id = ProcFS.text("/proc/sys/kernel/random/boot_id"), !id.isEmpty else {
            throw TrialError("/proc/sys/kernel/random/boot_id can't be read, so boots can't be told apart.")
        }
        bootID = id
        program = ProcFS.link("/proc/self/exe") ?? ""
        programHash = try ThisMachine.hash(of: "/proc/self/exe")
        guard isLocked else {
            lock = nil
            return
        }
        do throws(OutputError) { lock = try LockedFolder(ThisMachine.stateFolder) } catch {
            if error == .system(Errno(EWOULDBLOCK)) {
                throw TrialError("Another syslat is at work on the trial: `systemctl status \(TrialPlan.unitName)` shows it.")
            }
            throw ThisMachine.unwritable(ThisMachine.stateFolder, error)
        }
    }

    private static func hash(of path: String) throws(TrialError) -> String {
        do throws(Errno) {
            let bytes = try Descriptor(readingFile: path).read(limit: 1 << 30)
            let digest = Array(SHA256.hash(data: bytes))
            return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        } catch {
            throw TrialError("\(path) can't be read: \(error).")
        }
    }

    // MARK: Facts

    /// All that is to be known before a trial begins. Changes nothing.
    package func facts(for request: TrialRequest) -> TrialFacts {
        var facts = TrialFacts()
        facts.isRoot = geteuid() == 0
        facts.hasSystemd = ProcFS.mayAccess("/run/systemd/system", F_OK)
        facts.isUnderWay = ProcFS.mayAccess(ThisMachine.statePath, F_OK)
        facts.otherUsers = UserSessions.others
        facts.loader = SystemdBootLoader()?.facts ?? GrubLoader(bootFolder: "/boot")?.facts
        facts.release = release
        facts.hasSecureBoot = SecureBoot.isOn()
        if facts.hasSecureBoot { facts.unsigned = ThisMachine.unsigned(facts.loader?.entries ?? []) }
        facts.folder = ThisMachine.absolute(request.folder)
        facts.folderIsLost = ThisMachine.loss(of: facts.folder)
        facts.folderFreeBytes = ThisMachine.freeBytes(facts.folder)
        facts.stateFreeBytes = ThisMachine.freeBytes(ThisMachine.stateFolder)
        facts.folderNames = Set(ProcFS.names(in: facts.folder))
        (facts.program, facts.programHash) = (program, programHash)
        facts.programIsLost = program.hasSuffix(" (deleted)") ? "has been deleted" : ThisMachine.loss(of: program)
        if case .service(let unit, _) = request.measurement { facts.hasUnit = ThisMachine.controlGroup(of: unit) != nil }
        facts.now = now
        return facts
    }

    /// Releases whose images can be read and have no signature.
    private static func unsigned(_ entries: [BootEntry]) -> Set<String> {
        Set(
            entries.filter { entry in
                let name = entry.image.split(separator: "/").last.map(String.init) ?? ""
                let paths = ["/boot\(entry.image)", entry.image, "/boot/\(name)", "/efi\(entry.image)"]
                let images = paths.lazy.compactMap { path in try? Descriptor(readingFile: path).read(limit: 1 << 28) }
                return images.first.map { !SecureBoot.isSigned($0) } ?? false
            }.map(\.release))
    }

    private static func absolute(_ path: String) -> String {
        let start = path.hasPrefix("/") ? "" : (ProcFS.link("/proc/self/cwd") ?? "") + "/"
        var parts: [Substring] = []
        for part in (start + path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Why what is at a path is gone after a reboot.
    private static func loss(of path: String) -> String? {
        if ["/tmp", "/run", "/dev"].contains(where: { path == $0 || path.hasPrefix($0 + "/") }) {
            return "is in a folder that is emptied when the machine boots"
        }
        return Mount(of: path).flatMap { $0.isVolatile ? "is on \($0.fileSystem), which a reboot empties" : nil }
    }

    /// In the file system of a path, or of the folder that it will be in.
    private static func freeBytes(_ path: String) -> UInt64? {
        var place = path
        while true {
            var info = statvfs()
            if place.withExactBytes({ unsafe statvfs($0, &info) }) == 0 {
                return UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize)).partialValue
            }
            guard let slash = place.lastIndex(of: "/"), place != "/" else { return nil }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
    }

    // MARK: The state

    /// Whether there is anything to abort.
    package static var hasTrial: Bool { ProcFS.mayAccess(statePath, F_OK) || ProcFS.mayAccess(unitPath, F_OK) }

    package func readState() throws -> [UInt8]? { try ThisMachine.read(ThisMachine.statePath) }

    /// That of the last trial, which has ended.
    package func readLastState() throws -> [UInt8]? { try ThisMachine.read(ThisMachine.lastPath) }

    private static func read(_ path: String) throws(TrialError) -> [UInt8]? {
        do throws(Errno) { return try Descriptor(readingFile: path).read(limit: TrialState.largestFile + 1) } catch {
            if error.code == ENOENT { return nil }
            throw TrialError("\(path) can't be read: \(error).")
        }
    }

    /// Everybody may read it: `trial status` needs no root.
    package func writeState(_ bytes: [UInt8]) throws { try ThisMachine.write(bytes, to: ThisMachine.statePath, for: .umask) }

    package func retireState() throws {
        let moved = ThisMachine.statePath.withExactBytes { old in
            ThisMachine.lastPath.withExactBytes { unsafe rename(old, $0) }
        }
        guard moved == 0 else { throw TrialError("\(ThisMachine.statePath) can't be renamed: \(Errno.last).") }
        ThisMachine.syncFolder(ThisMachine.stateFolder)
    }

    /// A file that is whole and on disk when this returns.
    private static func write(_ bytes: [UInt8], to path: String, for readers: Readers) throws(TrialError) {
        do throws(OutputError) { try OutputFile(path, for: readers).write(bytes) } catch { throw unwritable(path, error) }
        if let slash = path.lastIndex(of: "/") { syncFolder(String(path[..<slash])) }
    }

    /// A name is on disk when its folder is.
    private static func syncFolder(_ path: String) {
        guard let folder = try? Descriptor(reading: path) else { return }
        _ = fsync(folder.number)
    }

    private static func unwritable(_ path: String, _ error: OutputError) -> TrialError {
        if case .system(let reason) = error { return TrialError("\(path) can't be written: \(reason).") }
        return TrialError("\(path) can't be written: it, or a link on the way to it, belongs to somebody else.")
    }

    // MARK: The unit

    package func installUnit(_ plan: TrialPlan) throws {
        do throws(OutputError) { _ = try LockedFolder(plan.folder) } catch { throw ThisMachine.unwritable(plan.folder, error) }
        _ = ThisMachine.wantsFolder.withExactBytes { unsafe mkdir($0, 0o755) }
        try ThisMachine.write(Array(plan.unit.utf8), to: ThisMachine.unitPath, for: .umask)
        _ = ToolRunResult.quietly("systemctl", ["daemon-reload"])
        _ = try ToolRun.output(of: "systemctl", ["enable", TrialPlan.unitName])
        ThisMachine.syncFolder(ThisMachine.wantsFolder)
    }

    package func removeUnit() throws {
        let link = "\(ThisMachine.wantsFolder)/\(TrialPlan.unitName)"
        for path in [link, ThisMachine.unitPath] where path.withExactBytes({ unsafe unlink($0) }) != 0 && errno != ENOENT {
            throw TrialError("\(path) can't be removed: \(Errno.last).")
        }
        ThisMachine.syncFolder(ThisMachine.wantsFolder)
        ThisMachine.syncFolder(ThisMachine.unitFolder)
        _ = ToolRunResult.quietly("systemctl", ["daemon-reload"])
    }

    /// Ends a step that is under way. Done before the lock is asked for.
    package static func stopUnit() { _ = ToolRunResult.quietly("systemctl", ["stop", TrialPlan.unitName]) }

    // MARK: Boots

    package func chooseOnce(_ kernel: TrialPlan.Kernel, _ loader: BootLoaderKind) throws {
        switch loader {
        case .grub: try ThisMachine.grub().chooseOnce(kernel.entry)
        case .systemdBoot: try ThisMachine.systemdBoot().chooseOnce(kernel.entry)
        }
        sync()
    }

    package func chooseNothing(_ loader: BootLoaderKind) throws {
        switch loader {
        case .grub: try ThisMachine.grub().chooseNothing()
        case .systemdBoot: try ThisMachine.systemdBoot().chooseNothing()
        }
        sync()
    }

    private static func grub() throws(TrialError) -> GrubLoader {
        guard let grub = GrubLoader(bootFolder: "/boot") else { throw TrialError("grub.cfg is gone from /boot") }
        return grub
    }

    private static func systemdBoot() throws(TrialError) -> SystemdBootLoader {
        guard let loader = SystemdBootLoader() else { throw TrialError("this boot was not made by systemd-boot") }
        return loader
    }

    package func reboot() throws { _ = try ToolRun.output(of: "systemctl", ["--no-block", "reboot"]) }

    // MARK: Measurements

    package func hasProfile(_ boot: TrialPlan.Boot, _ plan: TrialPlan) -> Bool {
        ProcFS.mayAccess("\(plan.folder)/\(boot.fileName)", F_OK)
    }

    package func measure(_ boot: TrialPlan.Boot, _ plan: TrialPlan) throws {
        sleep(UInt32(clamping: plan.settleSeconds))
        let path = "\(plan.folder)/\(boot.fileName)"
        let run = try ToolRun("/proc/self/exe", try arguments(plan) + ["-o", path], limit: plan.limitSeconds)
        guard run.isSuccess, hasProfile(boot, plan) else { throw TrialError("the measurement gave no profile: \(run.complaint)") }
        ThisMachine.syncFolder(plan.folder)
    }

    private func arguments(_ plan: TrialPlan) throws(TrialError) -> [String] {
        switch plan.measurement {
        case .bench(let arguments): return ["bench"] + arguments
        case .service(let unit, let seconds):
            guard let group = ThisMachine.controlGroup(of: unit) else { throw TrialError("the unit \(unit) does not run") }
            return ["profile", "--cgroup", group, "-d", "\(seconds)s"]
        }
    }

    /// The folder of a running unit's control group.
    private static func controlGroup(of unit: String) -> String? {
        let run = try? ToolRun("systemctl", ["show", "--property=ControlGroup", "--value", "--", unit])
        guard let run, run.isSuccess else { return nil }
        let path = run.output.split(separator: "\n").first.map(String.init) ?? ""
        return path.hasPrefix("/") && path != "/" ? "/sys/fs/cgroup\(path)" : nil
    }

    // MARK: The end

    package func conclude(_ state: TrialState) throws {
        let plan = state.plan
        var complaints: [String] = []
        let boots = plan.plannedBoots.filter { hasProfile($0, plan) }
        func files(_ kernel: Int) -> [String] {
            boots.filter { $0.kernel == plan.kernels[kernel] }.map { "\(plan.folder)/\($0.fileName)" }
        }
        for (kernel, name) in plan.comparisons {
            let (old, new) = (files(0), files(kernel))
            guard !old.isEmpty, !new.isEmpty else {
                complaints.append("\(plan.kernels[old.isEmpty ? 0 : kernel].release) has no profile, so there is no \(name).")
                continue
            }
            for (format, ending) in [("text", "txt"), ("json", "json")] {
                let path = "\(plan.folder)/\(name).\(ending)"
                let run = try ToolRun(
                    "/proc/self/exe", ["compare", "--format", format, "-o", path] + old + ["--"] + new, limit: 600)
                // 1 and 3 are verdicts too: the file tells.
                if !ProcFS.mayAccess(path, F_OK) { complaints.append("\(name).\(ending) could not be written: \(run.complaint)") }
            }
        }
        let record = "\(state.statusText)\(complaints.map { "\($0)\n" }.joined())"
        try ThisMachine.write(Array(PlainText.lines(record).utf8), to: "\(plan.folder)/\(TrialPlan.recordName)", for: .umask)
        if !complaints.isEmpty { throw TrialError(complaints.joined(separator: " ")) }
    }
}

/// For what may fail without harm.
private enum ToolRunResult {
    static func quietly(_ name: String, _ arguments: [String]) -> Bool { (try? ToolRun(name, arguments))?.isSuccess ?? false }
}
