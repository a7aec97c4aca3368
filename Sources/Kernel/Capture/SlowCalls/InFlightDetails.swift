import CallArguments
import Glibc
import Linux
import PlainText
import Profile
import SyscallTable

/// What threads are doing that are in a call now, as /proc has it: arguments, files, paths, and where in the kernel they are.
///
/// One look at a time: a thread that goes on meanwhile is seen in its next call, or in none, and has no details then.
struct InFlightDetails: ~Copyable {
    private var sockets = SocketNames()
    private var files = OpenFiles()

    /// The details of the call that a thread is in; nil if it isn't in that call any more, or may not be looked at.
    mutating func details(of tid: Int32, in call: SyscallID) -> CallDetails? {
        guard let arguments = ProcFS.arguments(of: tid, in: call) else { return nil }
        var details = CallDetails(arguments: arguments, kernelStack: ProcFS.kernelStack(of: tid))
        let places = NamedArguments(of: call)
        for argument in [places.descriptor, places.secondDescriptor].compactMap({ $0 }) {
            if let found = descriptor(arguments[argument], at: argument, of: tid) { details.descriptors.append(found) }
        }
        for argument in places.paths {
            if let path = ProcessMemory.path(at: arguments[argument], of: tid, argument: argument) { details.paths.append(path) }
        }
        // It has gone on: what was read may be of two calls.
        return ProcFS.arguments(of: tid, in: call) == arguments ? details : nil
    }

    /// Where in the kernel a thread is; empty if it isn't in a call with these arguments any more.
    func kernelStack(of tid: Int32, in call: SyscallID, arguments: [UInt64]) -> [StackFrame] {
        let stack = ProcFS.kernelStack(of: tid)
        return stack.isEmpty || ProcFS.arguments(of: tid, in: call) != arguments ? [] : stack
    }

    private mutating func descriptor(_ value: UInt64, at argument: Int, of tid: Int32) -> DescriptorArgument? {
        let number = Int32(truncatingIfNeeded: value)
        guard number >= 0, let name = ProcFS.link("/proc/\(tid)/fd/\(number)") else { return nil }
        let (device, inode) = files.file(number, of: tid, named: name)
        let shown = name.hasPrefix("socket:") ? sockets.name(inode: inode, of: tid) ?? name : name
        return DescriptorArgument(argument: argument, name: shown, device: device, inode: inode)
    }
}

extension DescriptorArgument {
    /// A device number as stat(2) gives it, as the kernel numbers it (include/linux/kdev_t.h).
    static func kernelDevice(_ device: UInt64) -> UInt32 {
        let major = device >> 8 & 0xfff | device >> 32 & ~0xfff
        let minor = device & 0xff | device >> 12 & ~0xff
        return UInt32(truncatingIfNeeded: major << 20 | minor & 0xfffff)
    }
}

extension ProcFS {
    /// The arguments of the call that a thread is in; nil if it is in another or in none.
    fileprivate static func arguments(of tid: Int32, in call: SyscallID) -> [UInt64]? {
        // "running", or the number, the arguments, stack pointer and program counter: proc_pid_syscall(5).
        let fields = text("/proc/\(tid)/syscall")?.split(separator: " ") ?? []
        guard fields.count == 9, Int32(fields[0]) == call.number else { return nil }
        let arguments = fields[1...6].compactMap { $0.hasPrefix("0x") ? UInt64($0.dropFirst(2), radix: 16) : nil }
        return arguments.count == 6 ? arguments : nil
    }

    /// Where in the kernel a thread is, the innermost function first: proc_pid_stack(5). Empty where that may not be read.
    fileprivate static func kernelStack(of tid: Int32) -> [StackFrame] {
        (text("/proc/\(tid)/stack", limit: 1 << 14) ?? "").split(separator: "\n").compactMap { StackFrame(procLine: $0) }
    }
}

extension StackFrame {
    /// `[<0>] do_sys_poll+0x4a/0x120 [module]`.
    fileprivate init?(procLine line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count >= 2, fields[0] == "[<0>]" else { return nil }
        let place = fields[1].split(separator: "+")
        let offset = place.count == 2 ? place[1].prefix { $0 != "/" }.dropFirst(2) : ""
        let module = fields.count > 2 ? fields[2].filter { $0 != "[" && $0 != "]" } : nil
        self.init(function: String(place[0]), functionOffset: UInt64(offset, radix: 16), file: module, offset: 0)
    }
}

/// The memory of others, of which only paths are read.
private enum ProcessMemory {
    private static let longest = 256

    /// A path among the arguments; nil if it can't be read.
    static func path(at address: UInt64, of tid: Int32, argument: Int) -> PathArgument? {
        guard address != 0, let memory = try? Descriptor(reading: "/proc/\(tid)/mem"), let place = Int(exactly: address) else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: longest)
        // `bytes` has as many as pread(2) is told. It stops at a page that isn't mapped.
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(memory.number, $0.baseAddress, $0.count, place) }
        guard count > 0 else { return nil }
        let text = bytes.prefix(count).prefix { $0 != 0 }
        return PathArgument(argument: argument, text: ExactText.string(text), isCut: text.count == count)
    }
}
