// embed-bpf CLANG SOURCE NAME OUTPUT INCLUDE...
//
// Compiles one BPF program and writes the object as a Swift file: compressed, since it is a hundredth of a small binary otherwise, and
// as a base64 string literal, since the compiler takes seconds for it where an array literal of the same bytes takes half a minute.
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

let arguments = CommandLine.arguments
guard arguments.count >= 6 else { fail("usage: embed-bpf CLANG SOURCE NAME OUTPUT INCLUDE...") }
let (clang, source, name, output) = (arguments[1], arguments[2], arguments[3], arguments[4])

#if arch(x86_64)
let (target, multiarch) = ("x86", "x86_64-linux-gnu")
#elseif arch(arm64)
let (target, multiarch) = ("arm64", "aarch64-linux-gnu")
#else
#error("syslat knows x86_64 and aarch64")
#endif

let object = output + ".o"
let compiled = run(
    clang,
    // The CPU version is the newest that the oldest supported kernel (5.10) has.
    // libbpf refuses the local functions that clang would put rare code into.
    ["-target", "bpf", "-mcpu=v3", "-g", "-O2", "-Xclang", "-fno-split-cold-code"]
        + ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
        + [
            "-D__TARGET_ARCH_\(target)", "-I/usr/include/\(multiarch)",
            "-fdebug-prefix-map=\(FileManager.default.currentDirectoryPath)=.",
        ]
        + arguments[5...].map { "-I\($0)" } + ["-c", source, "-o", object])
guard compiled == 0 else { fail("clang could not compile \(source); are libbpf-dev and linux-libc-dev installed?") }

// The debugger's view of the program (DWARF) is of no use at run time; the verifier's (BTF) stays.
let objcopy = URL(fileURLWithPath: clang).resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "llvm-objcopy").path
if FileManager.default.isExecutableFile(atPath: objcopy), run(objcopy, ["--strip-debug", object]) != 0 {
    fail("llvm-objcopy could not strip \(object)")
}

guard let bytes = FileManager.default.contents(atPath: object) else { fail("\(object) cannot be read") }
var compressed = [UInt8](repeating: 0, count: Int(compressBound(UInt(bytes.count))))
var length = UInt(compressed.count)
// Both buffers are as long as the call is told.
let status = unsafe bytes.withUnsafeBytes {
    unsafe compress2(&compressed, &length, $0.bindMemory(to: UInt8.self).baseAddress, UInt($0.count), 9)
}
guard status == Z_OK else { fail("\(object) cannot be compressed (zlib: \(status))") }

let text = """
    // Made by embed-bpf from \(URL(fileURLWithPath: source).lastPathComponent).
    extension BPFObjects {
        /// The compiled object, \(bytes.count) bytes of ELF. Decoded each time, since nobody needs it after it is loaded.
        package static var \(name): [UInt8] {
            BPFObjects.decode("\(Data(compressed.prefix(Int(length))).base64EncodedString())", size: \(bytes.count))
        }
    }

    """
do { try text.write(toFile: output, atomically: true, encoding: .utf8) } catch { fail("\(output): \(error)") }
try? FileManager.default.removeItem(atPath: object)
