import SyscallTable
import Testing

@testable import CallSelection

/// Every error sentence of a wrong selection in full: they are part of the interface.
@Suite struct SyscallSelectionErrorTests {
    private static let outOfNames = "the names are those of \(SyscallTable.source): give a newer call by its number"

    private func sentence(_ expression: String, on architecture: Architecture = .x86_64) -> String {
        do {
            let selection = try SyscallSelection(parsing: [expression], architecture: architecture)
            return "accepted, \(selection.numbers(abi: architecture.nativeABI).count) numbers"
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("raed", "no system call is named 'raed'; did you mean read, readv or rseq?"),
        ("READ", "no system call is named 'READ'; did you mean read, readv or readdir?"),
        ("ia32:socketcal", "no system call of ia32 is named 'socketcal'; did you mean socketcall, socket or socketpair?"),
        ("read,!wirte", "no system call is named 'wirte'; did you mean write or writev?"),
        ("epoll", "no system call is named 'epoll'; did you mean poll, ppoll or epoll_ctl?"),
        ("frobnicate_everything", "no system call is named 'frobnicate_everything'; \(outOfNames)"),
        ("memory", "no system call is named 'memory'; did you mean the class %memory?"),
    ])
    func `an unknown name gets suggestions`(expression: String, expected: String) {
        #expect(sentence(expression) == expected)
    }

    @Test func `a name of another ABI gets the right prefix suggested`() {
        #expect(
            sentence("x86_64:socketcall")
                == "'socketcall' is not a system call of x86_64, but of ia32; write 'ia32:socketcall'")
        #expect(
            sentence("ia32:newfstatat")
                == "'newfstatat' is not a system call of ia32, but of x86_64 and x32; "
                + "write 'x86_64:newfstatat' or 'x32:newfstatat'")
    }

    @Test func `a name that only another architecture has is explained`() {
        #expect(
            sentence("iopl", on: .aarch64)
                == "'iopl' is a system call of x86_64, ia32 and x32, which aarch64 does not have; "
                + "did you mean ioctl, nop or poll?")
    }

    @Test func `an unknown class gets the list of classes`() {
        let classes = "the classes are %file, %desc, %memory, %process, %network, %signal, %ipc and %clock"
        #expect(sentence("%fiel") == "no class of system calls is named '%fiel'; \(classes)")
        #expect(sentence("read,!ia32:%") == "no class of system calls is named '%'; \(classes)")
    }

    @Test func `an unknown ABI gets the list of ABIs`() {
        #expect(
            sentence("i386:read")
                == "the item 'i386:read' asks for the ABI 'i386', which x86_64 does not have; "
                + "write x86_64, ia32, x32 or io_uring before the colon")
        #expect(
            sentence("aarch64:4")
                == "the item 'aarch64:4' asks for the ABI 'aarch64', which x86_64 does not have; "
                + "write x86_64, ia32, x32 or io_uring before the colon")
        #expect(
            sentence("x32:read", on: .aarch64)
                == "the item 'x32:read' asks for the ABI 'x32', which aarch64 does not have; write aarch64, arm or io_uring before the colon"
        )
    }

    @Test(arguments: [
        ("socket?all?", "the glob 'socket?all?' matches no system call; widen it, as in '*socket*'"),
        ("x86_64:socketc*", "the glob 'socketc*' matches no system call of x86_64; did you mean socket?"),
        ("wirte*", "the glob 'wirte*' matches no system call; did you mean write or writev?"),
        ("[z-a]x", "the glob '[z-a]x' matches no system call; \(outOfNames)"),
        ("?", "the glob '?' matches no system call; \(outOfNames)"),
        ("read,zzz*", "the glob 'zzz*' matches no system call; \(outOfNames)"),
    ])
    func `a glob that matches nothing is refused with a hint`(expression: String, expected: String) {
        #expect(sentence(expression) == expected)
    }

    @Test(arguments: ["re[ad", "[", "[]", "[!]"])
    func `a bracket that is never closed is refused with an example`(glob: String) {
        #expect(
            sentence(glob)
                == "the glob '\(glob)' has a '[' without a ']'; close it, as in 'epoll_[cw]*', and leave commas out of it")
    }

    @Test(arguments: ["", "  "])
    func `an empty list of calls is refused`(expression: String) {
        #expect(sentence(expression) == "the list of system calls is empty; name at least one, as in 'read,write'")
    }

    @Test(arguments: ["read,", ",read", "read,,write", ",", "read, ,write"])
    func `a list with an empty item is refused`(expression: String) {
        #expect(sentence(expression) == "the list '\(expression)' has an empty item; remove the comma beside it")
    }

    @Test(arguments: ["!", "ia32:", "!ia32:"])
    func `an item that names no call is refused`(item: String) {
        #expect(sentence(item) == "the item '\(item)' names no system call; add one, as in '\(item)read'")
    }

    @Test func `a misplaced exclamation mark is refused with a correction`() {
        #expect(sentence("ia32:!write") == "the item 'ia32:!write' has a misplaced '!'; write '!ia32:write'")
        #expect(sentence("!!write") == "the item '!!write' has a misplaced '!'; write '!' once, before the call")
    }

    @Test(arguments: ["2147483648", "-2147483649", "ia32:99999999999999999999"])
    func `a number that doesn't fit 32 bits is refused`(item: String) {
        let number = item.split(separator: ":").last ?? ""
        #expect(
            sentence(item) == "\(number) is not the number of a system call; give one from -2147483648 to 2147483647")
    }

    @Test(arguments: ["read,!read", "ia32:socketcall,!%network", "9999,!9999"])
    func `a selection that leaves no call is refused`(expression: String) {
        #expect(
            sentence(expression)
                == "the selection '\(expression)' leaves no system call; remove one of the items that begin with '!'")
    }

    @Test func `a selection of too many items is refused, and a long name has no near ones`() {
        #expect(
            sentence(String(repeating: "*,", count: 2048) + "read")
                == "a selection of 2049 items is too long; a class or a glob stands for many calls, and at most 2048 items are read"
        )
        #expect(sentence(String(repeating: "n", count: 65)).hasSuffix("give a newer call by its number"))
    }

    @Test func `the error names the item at fault`() {
        #expect(throws: SyscallSelectionError.unknownClass("%fiel")) {
            try SyscallSelection(parsing: ["read", "write,%fiel"], architecture: .x86_64)
        }
    }
}
