import Foundation
import TestPrograms

/// A folder that is removed with its owner.
final class Folder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("syslat-symbols-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }
}

/// Other people's programs: the compiler, and the tools that read what it made.
enum Tool {
    /// The output of a program that must succeed.
    @discardableResult
    static func run(_ command: String..., input: String = "") throws -> String { try run(command, input: input) }

    @discardableResult
    static func run(_ command: [String], input: String = "") throws -> String {
        String(decoding: try ProgramRun.succeeding(["LC_ALL=C"] + command, input: Data(input.utf8)), as: UTF8.self)
    }

    /// A function as nm lists it.
    struct Symbol: Hashable {
        var name: String
        var address: UInt64
    }

    /// The code of a program by nm: name and address. `D` in options: for the dynamic linker.
    static func functions(of path: String, options: [String] = []) throws -> [(symbol: Symbol, size: UInt64)] {
        try run(["nm", "--defined-only", "--print-size"] + options + [path]).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count >= 3, let address = UInt64(fields[0], radix: 16) else { return nil }
            let hasSize = fields.count == 4
            // T, t: in a section with code; W, w: weak; i: chosen when the program starts.
            guard "TtWwi".contains(fields[hasSize ? 2 : 1]) else { return nil }
            let name = fields[fields.count - 1].split(separator: "@").first.map { String($0) } ?? ""
            // Weak data without a type, in every program.
            guard name != "data_start" else { return nil }
            return (Symbol(name: name, address: address), hasSize ? UInt64(fields[1], radix: 16) ?? 0 : 0)
        }
    }
}

/// A C program with functions of every binding, which prints where they are and waits for the end of its input.
enum Sample {
    static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdio.h>
        #include <sys/mman.h>
        #include <unistd.h>
        __attribute__((noinline)) int wait_for_input(void) { char byte; return (int)read(0, &byte, 1) * 2; }
        __attribute__((noinline)) int outer_work(int a) { printf("%s", ""); return a * 3 + 1; }
        static __attribute__((noinline)) int hidden_work(int a) { printf("%s", ""); return a * 5 + 2; }
        __attribute__((weak, noinline)) int weak_work(int a) { printf("%s", ""); return a * 7 + 3; }
        int strong_alias(int a) __attribute__((alias("outer_work")));
        static int _local_alias(int a) __attribute__((alias("weak_work"), used));
        static int chosen_here(int a) { return outer_work(a); }
        static void *choose(void) { return (void *)chosen_here; }
        int chosen_work(int a) __attribute__((ifunc("choose")));
        __asm__(".text\\nbare_label:\\n nop\\n nop\\n ret\\n.globl bare_global\\nbare_global:\\n nop\\n ret\\n");
        extern char bare_label[], bare_global[];
        int main(int count, char **arguments)
        {
            void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
            void *memory = mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            printf("outer_work %p\\n", (void *)outer_work);
            printf("hidden_work %p\\n", (void *)hidden_work);
            printf("main %p\\n", (void *)main);
            printf("bare_label %p\\n", (void *)bare_label);
            printf("puts %p\\n", dlsym(RTLD_DEFAULT, "puts"));
            printf("vdso %p\\n", vdso ? dlsym(vdso, "__vdso_clock_gettime") : 0);
            printf("wait_for_input %p\\n", (void *)wait_for_input);
            printf("memory %p\\n", memory);
            printf("local %p\\n", (void *)&memory);
            printf("constant %p\\n", (void *)"a constant");
            printf("sum %d\\n", outer_work(count) + hidden_work(count) + weak_work(count) + chosen_work(count));
            fflush(stdout);
            while (wait_for_input() > 0)
                ;
            return 0;
        }
        """

    /// Compiles it; the path of the program.
    static func compile(in folder: Folder, _ options: [String] = []) throws -> String {
        let source = try folder.write(source, to: "sample.c")
        let program = folder.file("sample")
        let compiler = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") ? "cc" : "clang"
        try Tool.run([compiler, "-O1", "-Wl,--build-id", source, "-o", program] + options + ["-ldl"])
        return program
    }
}

/// A running sample, which ends with its owner.
final class RunningSample {
    private let program: RunningProgram
    /// What it printed: where each function is.
    let addresses: [String: UInt64]

    var pid: Int32 { program.pid }

    init(_ program: String) throws {
        self.program = try RunningProgram([program], input: .fromTest, output: .collected)
        let text = String(decoding: self.program.output.until("sum ") ?? Data(), as: UTF8.self)
        guard text.contains("sum ") else { throw RunningProgram.Failure(description: "the sample printed no sum: \(text)") }
        addresses = text.split(separator: "\n").reduce(into: [:]) { addresses, line in
            let fields = line.split(separator: " ")
            guard fields.count == 2, fields[1].hasPrefix("0x") else { return }
            addresses[String(fields[0])] = UInt64(fields[1].dropFirst(2), radix: 16)
        }
    }

    /// Ends it, and waits until it is gone.
    func end() { program.end() }
}
