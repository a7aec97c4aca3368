import Foundation
import Testing

@testable import Linux

/// Users as /etc/passwd and /etc/group have them.
@Suite struct UserAccountTests {
    private static let passwd = """
        root:x:0:0:root:/root:/bin/bash
        # a comment
        alice:x:1000:1001:Alice,,,:/home/alice:/bin/zsh
        +::::::
        broken:x:1
        7:x:1007:1007::/:
        bob:x:7:7:::
        """
    private static let group =
        "root:x:0:\nalice:x:1001:\naudio:x:29:pulse,alice\nvideo:x:44:alicette\nsudo:x:27:alice\nodd:x:y:alice\n"

    private func account(_ name: String) -> UserAccount? {
        UserAccount(name, passwd: Array(Self.passwd.utf8), group: Array(Self.group.utf8))
    }

    @Test func `a user is found by name and by id, with the groups`() throws {
        let alice = try #require(account("alice"))
        #expect(alice.ids == ProcessUser(uid: 1000, gid: 1001, groups: [1001, 29, 27]))
        #expect(alice.home == "/home/alice" && alice.shell == "/bin/zsh")
        #expect(account("1000") == alice)
        #expect(account("root")?.ids == ProcessUser(uid: 0, gid: 0, groups: [0]))
    }

    @Test func `a name of digits is a name first, and empty fields have defaults`() throws {
        #expect(account("7")?.ids.uid == 1007)
        let bob = try #require(account("bob"))
        #expect(bob.home == "/" && bob.shell == "/bin/sh")
    }

    @Test(arguments: ["", "carol", "broken", "+", "-1", "1000 ", "# a comment"]) func `nothing else is a user`(_ name: String) {
        #expect(account(name) == nil)
    }

    @Test func `the environment has the user's own home and nothing twice`() throws {
        let environment = try #require(account("alice")).environment
        for entry in ["HOME=/home/alice", "USER=alice", "LOGNAME=alice", "SHELL=/bin/zsh"] {
            #expect(environment.filter { $0.hasPrefix(entry.prefix { $0 != "=" } + "=") } == [entry])
        }
        #expect(environment.contains { $0.hasPrefix("PATH=") })
    }
}
