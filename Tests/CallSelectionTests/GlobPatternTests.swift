import SyscallTable
import Testing

@testable import CallSelection

@Suite struct GlobPatternTests {
    @Test(arguments: [
        ("*", "", true), ("*", "read", true), ("**", "read", true), ("?", "", false), ("?", "r", true), ("read", "read", true),
        ("read", "readv", false), ("read?", "read", false), ("*at", "openat", true), ("*at", "openat2", false),
        ("*a*t*", "openat", true), ("*abc", "ababc", true), ("a*b*c", "a_b_b_c", true), ("a*b*c", "a_b_b_cd", false),
        ("[rp]ead", "read", true), ("[!r]ead", "read", false), ("[!r]ead", "bead", true), ("stat[0-9]*", "stat64", true),
        ("stat[0-9]*", "statx", false), ("[]a]", "]", true), ("[a-]", "-", true), ("[a-c-]x", "-x", true), ("[a-c]", "d", false),
        ("*[0-9]", "dup3", true), ("*[0-9]", "dup", false),
        ("[^r]ead", "read", false), ("*[[:digit:]]", "dup3", true), ("*[[:digit:]]", "dup", false), ("\\*", "*", false),
        ("\\*", "\\x", true),
    ])
    func `stars, question marks and brackets match the expected names`(pattern: String, name: String, expected: Bool) throws {
        let glob = try #require(GlobPattern(pattern))
        #expect(glob.matches(name) == expected)
    }

    @Test(arguments: ["[", "a[b", "[]", "[!]", "[a]b[c", "[^]"])
    func `a bracket that is never closed is malformed`(pattern: String) {
        #expect(GlobPattern(pattern) == nil)
    }

    /// As in fnmatch, such a range is empty.
    @Test func `a range that runs backwards matches nothing`() throws {
        let glob = try #require(GlobPattern("[z-a]"))
        #expect(["a", "m", "z", "-", "[z-a]"].allSatisfy { !glob.matches($0) })
    }

    /// Retrying every star would take forever.
    @Test func `a glob with many stars finishes on a long name`() throws {
        let glob = try #require(GlobPattern(String(repeating: "a*", count: 40) + "b"))
        #expect(!glob.matches(String(repeating: "a", count: 5000)))
    }
}

@Suite struct NearestNamesTests {
    @Test(arguments: [
        ("", "", 0), ("read", "read", 0), ("raed", "read", 1), ("read", "readv", 1), ("read", "rad", 1), ("read", "bead", 1),
        ("", "read", 4), ("write", "wirte", 1), ("ca", "abc", 3), ("select", "_newselect", 4),
    ])
    func `the edit distance is symmetric and counts a swap as one`(left: String, right: String, expected: Int) {
        #expect(NearestNames.editDistance(Array(left.utf8), Array(right.utf8)) == expected)
        #expect(NearestNames.editDistance(Array(right.utf8), Array(left.utf8)) == expected)
    }

    @Test func `the nearest names come first and distant names are left out`() {
        let names = ["brk", "pread64", "read", "readv", "write"]
        #expect(NearestNames.names(near: "raed", among: names) == ["read", "readv"])
        #expect(NearestNames.names(near: "pread", among: names) == ["read", "pread64", "readv"])
        #expect(NearestNames.names(near: "x", among: names) == [])
    }
}
