// embed-bpf CLANG SOURCE NAME OUTPUT INCLUDE...
//
// Compiles one BPF program for each architecture and writes the objects as a Swift file: compressed, since they are a hundredth of a small
// binary otherwise, and as string literals of which each character stands for seven bits, since the compiler takes seconds for them where an
// array literal of the same bytes takes half a minute. A build tool isn't told what the package is built for, so the Swift file decides by `#if arch`.
//
// SYSLAT_BPF_CLANG names another clang, for a toolchain whose own has no BPF.
import CZlib
import Foundation

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("embed-bpf: \(message)\n".utf8))
    exit(1)
}

func run(_ executable: String, _ arguments: [String]) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    do { try process.run() } catch { fail("cannot run \(executable): \(error)") }
    process.waitUntilExit()
    return process.terminationStatus
}

/// An architecture that syslat runs on, as the compilers call it.
struct Target {
    /// Swift's name: `#if arch(...)`.
    let swift: String
    /// That of libbpf's headers: `__TARGET_ARCH_...`.
    let libbpf: String
}

// The headers that depend on the architecture only say how wide the types of Linux are, which is the same on all of 64 bits: those of this
// machine do for any.
#if arch(x86_64)
let multiarch = "x86_64-linux-gnu"
#elseif arch(arm64)
let multiarch = "aarch64-linux-gnu"
#else
#error("syslat knows x86_64 and aarch64")
#endif

let arguments = CommandLine.arguments
guard arguments.count >= 6 else { fail("usage: embed-bpf CLANG SOURCE NAME OUTPUT INCLUDE...") }
let clang = ProcessInfo.processInfo.environment["SYSLAT_BPF_CLANG"] ?? arguments[1]
let (source, name, output) = (arguments[2], arguments[3], arguments[4])

/// The compiled object.
func object(for target: Target) -> Data {
    let object = "\(output).\(target.swift).o"
    let compiled = run(
        clang,
        // The CPU version is the newest that the oldest supported kernel (5.10) has.
        // libbpf refuses the local functions that clang would put rare code into.
        ["-target", "bpf", "-mcpu=v3", "-g", "-O2", "-Xclang", "-fno-split-cold-code"]
            + ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
            + [
                "-D__TARGET_ARCH_\(target.libbpf)", "-I/usr/include/\(multiarch)",
                "-fdebug-prefix-map=\(FileManager.default.currentDirectoryPath)=.",
            ]
            + arguments[5...].map { "-I\($0)" } + ["-c", source, "-o", object])
    guard compiled == 0 else {
        fail("clang could not compile \(source) for \(target.swift); are libbpf-dev and linux-libc-dev installed?")
    }
    // The debugger's view of the program (DWARF) is of no use at run time; the verifier's (BTF) stays.
    let tools = URL(fileURLWithPath: clang).resolvingSymlinksInPath().deletingLastPathComponent()
    let objcopy = tools.appending(path: "llvm-objcopy").path
    if FileManager.default.isExecutableFile(atPath: objcopy), run(objcopy, ["--strip-debug", object]) != 0 {
        fail("llvm-objcopy could not strip \(object)")
    }
    guard let bytes = FileManager.default.contents(atPath: object) else { fail("\(object) cannot be read") }
    try? FileManager.default.removeItem(atPath: object)
    return bytes
}

/// The Swift expression that decodes an object.
func decoding(_ bytes: Data) -> String {
    var compressed = [UInt8](repeating: 0, count: Int(compressBound(UInt(bytes.count))))
    var length = UInt(compressed.count)
    // Both buffers are as long as the call is told.
    let status = unsafe bytes.withUnsafeBytes {
        unsafe compress2(&compressed, &length, $0.bindMemory(to: UInt8.self).baseAddress, UInt($0.count), 9)
    }
    guard status == Z_OK else { fail("an object of \(source) cannot be compressed (zlib: \(status))") }
    return "BPFObjects.decode(\"\(sevenBits(compressed.prefix(Int(length))))\", size: \(bytes.count))"
}

/// Bytes as characters of a Swift literal, seven bits each, the highest first; the last ones are filled up with zeros.
func sevenBits(_ bytes: ArraySlice<UInt8>) -> String {
    var literal = ""
    func add(_ character: UInt8) {
        let isPlain = 0x20..<0x7f ~= character && character != UInt8(ascii: "\"") && character != UInt8(ascii: "\\")
        literal += isPlain ? String(UnicodeScalar(character)) : "\\u{\(String(character, radix: 16))}"
    }
    var (bits, width): (UInt32, UInt32) = (0, 0)
    for byte in bytes {
        bits = bits << 8 | UInt32(byte)
        width += 8
        while width >= 7 {
            width -= 7
            add(UInt8(bits >> width & 0x7f))
        }
    }
    if width > 0 { add(UInt8(bits << (7 - width) & 0x7f)) }
    return literal
}

let branches = [Target(swift: "x86_64", libbpf: "x86"), Target(swift: "arm64", libbpf: "arm64")].enumerated().map { index, target in
    "        #\(index == 0 ? "if" : "elseif") arch(\(target.swift))\n        \(decoding(object(for: target)))"
}
let text = """
    // Made by embed-bpf from \(URL(fileURLWithPath: source).lastPathComponent).
    extension BPFObjects {
        /// The compiled object, an ELF file. Decoded each time, since nobody needs it after it is loaded.
        package static var \(name): [UInt8] {
    \(branches.joined(separator: "\n"))
            #endif
        }
    }

    """
do { try text.write(toFile: output, atomically: true, encoding: .utf8) } catch { fail("\(output): \(error)") }
