import Glibc
import Linux

/// Who is logged in: what logind knows, and what stands in utmp(5) where there is no logind.
struct UserSessions {
    struct Session: Hashable {
        let uid: UInt32?
        let name: String
    }

    /// A file of /run/systemd/sessions: lines of `NAME=value`. nil for what is not a person: greeters, managers, services of the system.
    static func session(_ text: String) -> Session? {
        let values = GrubEnvironment.values(text)
        guard let name = values["USER"], (values["CLASS"] ?? "user").hasPrefix("user"), values["STATE"] != "closing" else {
            return nil
        }
        return Session(uid: values["UID"].flatMap { UInt32($0) }, name: name)
    }

    /// The users in the records of utmp: 384 bytes each, with the type at 0 (7 is a user's), the process at 4 and the name at 44.
    /// Source: <bits/utmp.h> of glibc on x86_64 and aarch64.
    static func users(utmp bytes: [UInt8]) -> [(pid: Int32, name: String)] {
        stride(from: 0, to: bytes.count - bytes.count % 384, by: 384).compactMap { start in
            guard bytes[start] == 7, bytes[start + 1] == 0 else { return nil }
            let pid = bytes[(start + 4)..<(start + 8)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let name = bytes[(start + 44)..<(start + 76)].prefix { $0 != 0 }
            return (Int32(bitPattern: pid), String(decoding: name, as: UTF8.self))
        }
    }

    /// The names of all who are logged in but this user, each once, in order.
    static var others: [String] {
        let sessions = ProcFS.names(in: "/run/systemd/sessions").filter { !$0.hasSuffix(".ref") }
            .compactMap { ProcFS.text("/run/systemd/sessions/\($0)").flatMap(session) }
        let bytes = (try? Descriptor(readingFile: "/run/utmp").read(limit: 16 << 20)) ?? []
        let records = users(utmp: bytes).filter { kill($0.pid, 0) == 0 || errno == EPERM }.map { Session(uid: nil, name: $0.name) }
        return others(sessions + records, ownID: ownID, ownName: UserAccount(String(ownID))?.name)
    }

    static func others(_ sessions: [Session], ownID: UInt32, ownName: String?) -> [String] {
        Set(sessions.filter { $0.uid.map { $0 != ownID } ?? ($0.name != ownName) }.map(\.name)).sorted()
    }

    /// As whom the person who started this has logged in, before sudo.
    private static var ownID: UInt32 {
        let login = ProcFS.text("/proc/self/loginuid").flatMap { UInt32($0) }
        if let login, login != .max { return login }
        return Environment["SUDO_UID"].flatMap { UInt32($0) } ?? geteuid()
    }
}
