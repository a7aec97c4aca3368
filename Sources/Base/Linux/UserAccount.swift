import Glibc
import PlainText

/// A user of this machine, as /etc/passwd and /etc/group have it.
package struct UserAccount: Sendable, Hashable {
    package let name: String
    package let home: String
    package let shell: String
    /// With the groups that the user is a member of.
    package let ids: ProcessUser

    /// Looks for a name, or for a user id. nil if the files have none. Other sources (LDAP) are not asked: a static program can't.
    package init?(_ nameOrID: String) {
        // Far more than the largest of them.
        func lines(_ path: String) -> [UInt8] { (try? Descriptor(readingFile: path).read(limit: 1 << 28)) ?? [] }
        self.init(nameOrID, passwd: lines("/etc/passwd"), group: lines("/etc/group"))
    }

    /// The same with the contents of both files: passwd(5), group(5).
    init?(_ nameOrID: String, passwd: [UInt8], group: [UInt8]) {
        let accounts = UserAccount.entries(passwd, fields: 7)
        // A name of digits is a name first, as in chown(1).
        guard let entry = accounts.first(where: { $0[0] == nameOrID }) ?? accounts.first(where: { $0[2] == nameOrID }),
            !entry[0].isEmpty, let uid = UInt32(entry[2]), let gid = UInt32(entry[3])
        else { return nil }
        let others = UserAccount.entries(group, fields: 4).filter { $0[3].split(separator: ",").contains { $0 == entry[0] } }
            .compactMap { UInt32($0[2]) }
        name = entry[0]
        home = entry[5].isEmpty ? "/" : entry[5]
        shell = entry[6].isEmpty ? "/bin/sh" : entry[6]
        ids = ProcessUser(uid: uid, gid: gid, groups: [gid] + others.filter { $0 != gid })
    }

    /// The lines with exactly so many fields.
    private static func entries(_ bytes: [UInt8], fields: Int) -> [[String]] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let parts = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            return parts.count == fields ? parts.map { ExactText.string($0) } : nil
        }
    }

    /// The environment of this process with the user's own HOME, USER, LOGNAME and SHELL.
    package var environment: [String] {
        let own = [("HOME", home), ("USER", name), ("LOGNAME", name), ("SHELL", shell)]
        return Environment.all.filter { entry in !own.contains { entry.hasPrefix("\($0.0)=") } } + own.map { "\($0.0)=\($0.1)" }
    }
}
