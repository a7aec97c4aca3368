import Profile

/// What a single call was given, and from where it was made: names beside those of the call, `arguments` always among them.
struct DetailsPart: Codable {
    private let arguments: [String]
    private let descriptors: [Descriptor]?
    private let paths: [Path]?
    private let userStack, kernelStack: [Frame]?
    private let sleep: Sleep?

    enum CodingKeys: String, CodingKey {
        case userStack = "user_stack"
        case kernelStack = "kernel_stack"
        case arguments, descriptors, paths, sleep
    }

    init(_ details: CallDetails) {
        func list<Value, Part>(_ values: [Value], _ part: (Value) -> Part) -> [Part]? { values.isEmpty ? nil : values.map(part) }
        arguments = details.arguments.map(Hexadecimal.text)
        (descriptors, paths) = (list(details.descriptors, Descriptor.init), list(details.paths, Path.init))
        sleep = details.sleep.map(Sleep.init)
        (userStack, kernelStack) = (list(details.userStack, Frame.init), list(details.kernelStack, Frame.init))
    }

    func decoded() throws(ProfileDefect) -> CallDetails {
        guard arguments.isEmpty || arguments.count == 6 else {
            throw ProfileDefect("a call has 6 arguments, or none that are known, not \(arguments.count)")
        }
        var details = CallDetails()
        for argument in arguments { details.arguments.append(try Hexadecimal.number(argument)) }
        for descriptor in descriptors ?? [] { details.descriptors.append(try descriptor.decoded()) }
        for path in paths ?? [] { details.paths.append(try path.decoded()) }
        details.userStack = try DetailsPart.stack(userStack)
        details.kernelStack = try DetailsPart.stack(kernelStack)
        details.sleep = try sleep?.decoded()
        return details
    }

    private static func stack(_ frames: [Frame]?) throws(ProfileDefect) -> [StackFrame] {
        guard let frames else { return [] }
        guard frames.count <= CallDetails.mostFrames else {
            throw ProfileDefect("a stack has \(frames.count) functions, and \(CallDetails.mostFrames) at most are kept")
        }
        var stack: [StackFrame] = []
        for frame in frames { stack.append(try frame.decoded()) }
        return stack
    }

    private static func place(_ argument: Int) throws(ProfileDefect) -> Int {
        guard (0..<6).contains(argument) else {
            throw ProfileDefect("arguments are counted from 0 to 5; there is none \(argument)")
        }
        return argument
    }

    // MARK: Parts

    /// `{"argument":0,"name":"/var/lib/x.wal","device":"8:1","inode":1234}`.
    private struct Descriptor: Codable {
        let argument: Int
        let name: String
        /// Major and minor number, as /proc/self/mountinfo has them.
        let device: String
        let inode: UInt64

        init(_ descriptor: DescriptorArgument) {
            (argument, name, inode) = (descriptor.argument, descriptor.name, descriptor.inode)
            device = DeviceText.text(descriptor.device)
        }

        func decoded() throws(ProfileDefect) -> DescriptorArgument {
            DescriptorArgument(
                argument: try DetailsPart.place(argument), name: name, device: try DeviceText.number(device), inode: inode)
        }
    }

    private struct Path: Codable {
        let argument: Int
        let text: String
        /// Only where it is true.
        let cut: Bool?

        init(_ path: PathArgument) { (argument, text, cut) = (path.argument, path.text, path.isCut ? true : nil) }

        func decoded() throws(ProfileDefect) -> PathArgument {
            PathArgument(argument: try DetailsPart.place(argument), text: text, isCut: cut ?? false)
        }
    }

    /// `{"count":2,"total_ns":83900000,"longest_ns":80100000}`.
    private struct Sleep: Codable {
        let count, totalNanoseconds, longestNanoseconds: UInt64

        enum CodingKeys: String, CodingKey {
            case totalNanoseconds = "total_ns"
            case longestNanoseconds = "longest_ns"
            case count
        }

        init(_ sleep: CallSleep) {
            (count, totalNanoseconds, longestNanoseconds) = (sleep.count, sleep.totalNanoseconds, sleep.longestNanoseconds)
        }

        func decoded() throws(ProfileDefect) -> CallSleep {
            guard count > 0, longestNanoseconds <= totalNanoseconds else {
                throw ProfileDefect(
                    "a call that slept \(count) times can't have slept \(longestNanoseconds) of \(totalNanoseconds) ns")
            }
            return CallSleep(count: count, totalNanoseconds: totalNanoseconds, longestNanoseconds: longestNanoseconds)
        }
    }

    private struct Frame: Codable {
        let function, functionOffset, file, buildID: String?
        let offset: String
        let address: String?
        /// Only where it is true.
        let directCaller: Bool?

        enum CodingKeys: String, CodingKey {
            case functionOffset = "function_offset"
            case buildID = "build_id"
            case directCaller = "direct_caller"
            case function, file, offset, address
        }

        init(_ frame: StackFrame) {
            (function, functionOffset) = (frame.function, frame.functionOffset.map(Hexadecimal.text))
            (file, buildID, offset) = (frame.file, frame.buildID, Hexadecimal.text(frame.offset))
            address = frame.address.map(Hexadecimal.text)
            directCaller = frame.isDirectCaller ? true : nil
        }

        func decoded() throws(ProfileDefect) -> StackFrame {
            var frame = StackFrame(function: function, file: file, buildID: buildID, offset: try Hexadecimal.number(offset))
            if let address { frame.address = try Hexadecimal.number(address) }
            frame.isDirectCaller = directCaller ?? false
            if let functionOffset { frame.functionOffset = try Hexadecimal.number(functionOffset) }
            // Debug files are looked for under this name, so it must not be a path.
            if let buildID {
                guard (1...64).contains(buildID.utf8.count / 2), buildID.utf8.count % 2 == 0, Hexadecimal.isDigits(buildID) else {
                    throw ProfileDefect("'\(buildID.prefix(200))' is not a build id")
                }
            }
            return frame
        }
    }
}

/// Words of 64 bits as text, `0x7ffc1db42a10`: JSON numbers above 2^53 lose digits in many programs, jq among them.
private enum Hexadecimal {
    static func text(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }

    static func number(_ text: String) throws(ProfileDefect) -> UInt64 {
        guard text.hasPrefix("0x"), isDigits(text.dropFirst(2)), let number = UInt64(text.dropFirst(2), radix: 16) else {
            throw ProfileDefect("'\(text.prefix(200))' is not a number of 64 bits in hexadecimal, such as 0x1f")
        }
        return number
    }

    static func isDigits(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
    }
}
