import CallArguments
import Foundation
import SyscallTable
import Testing
import TestPrograms

/// A program that makes given calls with given registers, under a strace that keeps each of them from being made: the kernel sees
/// no call at all, and strace writes what it would have been.
struct StraceRun {
    /// What strace wrote of a call.
    struct Line {
        let name: String
        let arguments: [String]
        let result: String
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Whether strace and the compiler are there and the kernel takes 32-bit calls from 64-bit programs.
    static let isPossible: Bool = {
        #if arch(x86_64)
        let getpid = SyscallID(abi: .ia32, number: 20)
        let lines = try? StraceRun.lines(of: [ObservedCall(call: getpid, registers: [])], injecting: "error=EPERM")
        return lines?.first?.name == "getpid"
        #else
        return false
        #endif
    }()

    /// A line for each call.
    /// - Parameter injection: what the calls return, as `--inject` of strace takes it: `error=EPERM` or `retval=7`.
    static func lines(of calls: [ObservedCall], injecting injection: String) throws -> [Line] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "syslat-strace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (source, program, output) = (folder.path + "/calls.c", folder.path + "/calls", folder.path + "/output")
        try text(of: calls).write(toFile: source, atomically: true, encoding: .utf8)
        let compiler = ["clang", "-O1", "-static", "-nostdlib", "-fno-stack-protector", "-fuse-ld=lld", "-o", program, source]
        try ProgramRun.succeeding(compiler, isMixed: true)
        let set = "inject=!execve,exit_group:\(injection)"
        // Signals would be lines of their own.
        try ProgramRun.succeeding(["strace", "-s", "64", "-e", "signal=none", "-e", set, "-o", output, program], isMixed: true)
        let lines = try String(contentsOfFile: output, encoding: .isoLatin1).split(separator: "\n").dropFirst()
        let made = lines.filter { !$0.hasPrefix("+++") && !$0.hasPrefix("exit_group(") && !$0.hasPrefix("strace: [") }
        guard made.count == calls.count else {
            throw Failure(description: "strace wrote \(made.count) lines of \(calls.count) calls, the last one \(lines.last ?? "")")
        }
        return try made.map { try Line($0) }
    }

    /// The program, which uses no library: its own calls would be kept from it too.
    private static func text(of calls: [ObservedCall]) -> String {
        // Those that a call knows the strings of have them in memory.
        let strings = calls.enumerated().flatMap { number, made in
            made.strings.map { index, string in
                let bytes = (string.bytes + [0]).map(String.init).joined(separator: ", ")
                return "static const unsigned char s\(number)_\(index)[] = {\(bytes)};"
            }
        }
        let rows = calls.enumerated().map { index, made in
            let number = UInt32(bitPattern: made.call.number) | (made.call.abi == .x32 ? 0x4000_0000 : 0)
            let registers = (0..<6).map { register in
                if made.strings[register] != nil { return "(unsigned long)s\(index)_\(register)" }
                return "\(made.registers.indices.contains(register) ? made.registers[register] : 0)ul"
            }
            return "{\(made.call.abi == .ia32 ? 1 : 0), \(number)u, {\(registers.joined(separator: ", "))}},"
        }
        return """
            \(strings.joined(separator: "\n"))
            static const struct { int is32; unsigned number; unsigned long a[6]; } calls[] = {
            \(rows.joined(separator: "\n"))
            };
            static long enter(unsigned long n, const unsigned long *a)
            {
                long result;
                register unsigned long r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
                __asm__ volatile("syscall" : "=a"(result)
                    : "a"(n), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
                return result;
            }
            void enter32(unsigned number, const unsigned long *a);
            __asm__("enter32: push %rbx; push %rbp; mov %edi, %eax; mov %rsi, %r8;"
                "mov 0(%r8), %ebx; mov 8(%r8), %ecx; mov 16(%r8), %edx; mov 32(%r8), %edi; mov 40(%r8), %ebp; mov 24(%r8), %esi;"
                "int $0x80; pop %rbp; pop %rbx; ret");
            void _start(void)
            {
                for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
                    if (calls[i].is32) enter32(calls[i].number, calls[i].a); else enter(calls[i].number, calls[i].a);
                }
                const unsigned long none[6] = {0};
                enter(231, none);
            }
            """
    }
}

extension StraceRun.Line {
    /// `name(arguments) = result`, without what strace adds as comments.
    init(_ line: Substring) throws {
        guard let open = line.firstIndex(of: "("), let equals = line.range(of: " = ", options: .backwards),
            let close = line[..<equals.lowerBound].lastIndex(of: ")"), open < close
        else { throw StraceRun.Failure(description: "not a call: \(line)") }
        name = String(line[..<open])
        let inner = line[line.index(after: open)..<close].replacing(/\ \/\*[^*]*\*\//, with: "")
        arguments = Self.split(inner)
        var result = String(line[equals.upperBound...]).replacing(" (INJECTED)", with: "")
        // The text of the error.
        if result.hasPrefix("-1 "), let text = result.range(of: " (") { result = String(result[..<text.lowerBound]) }
        self.result = result
    }

    /// At commas that are in no brackets and no quotes.
    private static func split(_ text: some StringProtocol) -> [String] {
        var parts: [String] = []
        var (part, depth, isQuoted, isEscaped) = ("", 0, false, false)
        for character in text {
            if isQuoted {
                isQuoted = isEscaped || character != "\""
                isEscaped = character == "\\" && !isEscaped
            } else if character == "\"" {
                isQuoted = true
            } else if "([{".contains(character) {
                depth += 1
            } else if ")]}".contains(character) {
                depth -= 1
            } else if character == ",", depth == 0 {
                parts.append(part)
                part = ""
                continue
            }
            part.append(character)
        }
        let all = parts + [part]
        return all.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty || all.count > 1 }
    }
}
