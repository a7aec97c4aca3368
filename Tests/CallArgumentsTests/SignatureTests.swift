import SyscallTable
import TestSupport
import Testing

@testable import CallArguments

@Suite struct SignatureTests {
    private static func call(_ name: String, _ abi: ABI = .x86_64) throws -> SyscallID {
        SyscallID(abi: abi, number: try #require(SyscallTable.number(named: name, abi: abi), "\(name)"))
    }

    @Test(arguments: ABI.ofCalls)
    func `nearly every call has a signature that fits six registers`(abi: ABI) {
        let calls = SyscallTable.allCalls(abi: abi)
        let signatures = calls.compactMap { CallSignature.of($0) }
        // Calls that were never there, or are gone, have none.
        #expect(signatures.count >= calls.count - 30)
        #expect(signatures.count >= 300)
        for signature in signatures {
            let registers = signature.parameters.flatMap { [$0.register] + ($0.upperRegister.map { [$0] } ?? []) }
            #expect(registers.allSatisfy { (0..<6).contains($0) } && Set(registers).count == registers.count)
            #expect(signature.pathArguments.count <= 2)
            #expect(abi.has32Bits || signature.parameters.allSatisfy { $0.upperRegister == nil })
        }
    }

    /// A name that no ABI has would never be found.
    @Test func `every line of the texts is of a call`() {
        let names = Set(SyscallTable.allNames(in: ABI.ofCalls))
        for abi in ABI.ofCalls {
            let book = SignatureBook.of(abi)
            #expect(Set(book.signatures.keys).subtracting(names).isEmpty, "\(Set(book.signatures.keys).subtracting(names))")
        }
    }

    @Test(arguments: ABI.ofCalls)
    func `what follows a command is of a name in its table, and fits six registers`(abi: ABI) throws {
        let book = SignatureBook.of(abi)
        for (name, parameters) in book.following {
            let parts = name.split(separator: ".")
            let command = try #require(CommandParameter(rawValue: String(parts[0])), "\(name)")
            let table = ValueTables.tables[command.table]
            let known = [CommandParameter.other, "create", "move", "device"].contains(String(parts[1]))
            #expect(known || table?.entries.contains { $0.name == parts[1] } == true, "\(name)")
            let callers = book.signatures.values.filter { $0.parameters.last?.kind == .command(command) }
            #expect(!callers.isEmpty || abi != .ia32, "\(name)")
            for caller in callers {
                let first = (caller.parameters.last?.register ?? 0) + 1
                let last = parameters.map { first + max($0.register, $0.upperRegister ?? 0) }.max()
                #expect((last ?? 0) < 6, "\(name)")
            }
        }
    }

    @Test(
        arguments: [
            ("fsync", 0, nil, []), ("read", 0, nil, []), ("openat", 0, nil, [1]), ("open", nil, nil, [0]),
            ("rename", nil, nil, [0, 1]),
            ("renameat2", 0, 2, [1, 3]), ("mmap", 4, nil, []), ("sendfile", 0, 1, []), ("splice", 0, 2, []),
            ("epoll_ctl", 0, 2, []),
            ("copy_file_range", 0, 2, []), ("dup2", 0, 1, []), ("futex", nil, nil, []), ("mount", nil, nil, [0, 1]),
            ("execveat", 0, nil, [1]),
            ("symlinkat", 1, nil, [0, 2]), ("fanotify_mark", 0, 3, [4]), ("fcntl", 0, nil, []), ("getpid", nil, nil, []),
            ("perf_event_open", 3, nil, []), ("io_uring_enter", 0, nil, []), ("setxattr", nil, nil, [0]),
            ("inotify_add_watch", 0, nil, [1]),
        ] as [(String, Int?, Int?, [Int])])
    func `the kernel side is told which arguments to name`(name: String, first: Int?, second: Int?, paths: [Int]) throws {
        let named = NamedArguments(of: try Self.call(name))
        #expect(named.descriptor == first && named.secondDescriptor == second && named.paths == paths, "\(named)")
    }

    @Test func `splitting a value moves what comes after it in ia32`() throws {
        #expect(NamedArguments(of: try Self.call("fanotify_mark", .ia32)).secondDescriptor == 4)
        #expect(NamedArguments(of: try Self.call("fanotify_mark", .ia32)).paths == [5])
        #expect(NamedArguments(of: try Self.call("mmap2", .ia32)).descriptor == 4)
        // A structure in memory, which isn't read.
        #expect(NamedArguments(of: try Self.call("mmap", .ia32)).descriptor == nil)
    }

    /// Source of the registers: the manual page syscall(2), "Architecture-specific requirements".
    @Test(
        arguments: [
            ("pread64", 3, 4, 5), ("preadv", 3, 3, 4), ("readahead", 1, 2, 3), ("ftruncate64", 1, 2, 3), ("fallocate", 2, 2, 3),
            ("fallocate", 3, 4, 5), ("arm_sync_file_range", 3, 4, 5), ("arm_fadvise64_64", 2, 2, 3), ("_llseek", 1, 2, 1),
        ])
    func `a 64-bit argument of 32-bit Arm begins with an even register`(
        name: String, parameter: Int, lower: Int, upper: Int
    ) throws {
        let signature = try #require(CallSignature.of(Self.call(name, .arm)))
        let argument = signature.parameters[parameter]
        #expect(argument.register == lower && argument.upperRegister == upper, "\(argument)")
    }

    @Test func `a call without a signature names nothing`() {
        for call in [
            SyscallID(abi: .x86_64, number: 9999), SyscallID(abi: .x86_64, number: -1), SyscallID(abi: .ioUring, number: 22),
        ] {
            let named = NamedArguments(of: call)
            #expect(CallSignature.of(call) == nil)
            #expect(named.descriptor == nil && named.secondDescriptor == nil && named.paths.isEmpty)
        }
    }

    @Test func `a line that makes no sense is refused`() {
        for line in [
            "read fd", "read: descriptor", "read: fd -> nothing", "read: fd ->", "a: fd fd fd fd fd fd fd", "a: flags:",
            "a: by:nothing",
        ] {
            #expect(SignatureLine(line[...], abi: .x86_64) == nil, "\(line)")
        }
        #expect(SignatureLine("a: offset offset offset fd", abi: .x86_64) != nil)
        #expect(SignatureLine("a: offset offset offset fd", abi: .ia32) == nil)
    }
}
