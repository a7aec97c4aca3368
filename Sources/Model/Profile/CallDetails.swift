/// What a single call was given, and from where it was made. Never the contents of memory, but for paths.
package struct CallDetails: Sendable, Hashable {
    /// The six registers that arguments are passed in, whatever the call takes; empty where they are not known any more, as after an
    /// execve.
    package var arguments: [UInt64]
    /// What the descriptors among the arguments stood for.
    package var descriptors: [DescriptorArgument]
    /// The paths among the arguments.
    package var paths: [PathArgument]
    /// Where the program made the call, the innermost function first; empty where stacks were not taken. Up to ``mostFrames``.
    package var userStack: [StackFrame]
    /// Where the call slept longest or is, the innermost function first; empty where that was not looked at.
    package var kernelStack: [StackFrame]
    /// nil if it did not sleep, or nobody looked.
    package var sleep: CallSleep?

    package init(
        arguments: [UInt64] = [], descriptors: [DescriptorArgument] = [], paths: [PathArgument] = [],
        userStack: [StackFrame] = [], kernelStack: [StackFrame] = [], sleep: CallSleep? = nil
    ) {
        self.arguments = arguments
        self.descriptors = descriptors
        self.paths = paths
        self.userStack = Array(userStack.prefix(CallDetails.mostFrames))
        self.kernelStack = Array(kernelStack.prefix(CallDetails.mostFrames))
        self.sleep = sleep
    }

    /// How much of a stack is kept: its innermost functions.
    package static let mostFrames = 256
}

/// How a call slept: each time from leaving the CPU, because it had to wait, to running again.
package struct CallSleep: Sendable, Hashable {
    package var count: UInt64
    package var totalNanoseconds: UInt64
    /// At most ``totalNanoseconds``.
    package var longestNanoseconds: UInt64

    package init(count: UInt64, totalNanoseconds: UInt64, longestNanoseconds: UInt64) {
        self.count = count
        self.totalNanoseconds = totalNanoseconds
        self.longestNanoseconds = longestNanoseconds
    }
}

/// A descriptor among the arguments of a call.
package struct DescriptorArgument: Sendable, Hashable {
    /// The place among the arguments, from 0.
    package var argument: Int
    /// What it stood for: `/var/lib/x.wal`, `pipe:[1234]`, `TCP 10.0.0.1:5432->10.0.0.2:40022`. It may have any text in it.
    package var name: String
    /// The device of the file, as the kernel numbers it (major << 20 | minor), and its inode.
    package var device: UInt32
    package var inode: UInt64

    package init(argument: Int, name: String, device: UInt32, inode: UInt64) {
        self.argument = argument
        self.name = name
        self.device = device
        self.inode = inode
    }
}

/// A path among the arguments of a call, as the program gave it.
package struct PathArgument: Sendable, Hashable {
    /// The place among the arguments, from 0.
    package var argument: Int
    /// It may have any text in it.
    package var text: String
    /// It is only the beginning of a longer one.
    package var isCut: Bool

    package init(argument: Int, text: String, isCut: Bool = false) {
        self.argument = argument
        self.text = text
        self.isCut = isCut
    }
}

/// A function of a program or of the kernel on the way to a call.
package struct StackFrame: Sendable, Hashable {
    /// nil if nothing names it.
    package var function: String?
    /// The bytes from the beginning of the function to the address.
    package var functionOffset: UInt64?
    /// The path of the file that the code is from, `[vdso]`, or the name of a module of the kernel; nil for memory without a file and for the
    /// kernel itself.
    package var file: String?
    /// The build id of the file, in hexadecimal; nil if it isn't known.
    package var buildID: String?
    /// The place in the file; without a file, the address.
    package var offset: UInt64
    /// The address that the file's own symbols have for the place; nil if the file wasn't read. Separate debug files don't tell it.
    package var address: UInt64?
    /// It was found by its call of the function before it, which has no frame of its own, and not by frame pointers.
    package var isDirectCaller: Bool

    package init(
        function: String? = nil, functionOffset: UInt64? = nil, file: String? = nil, buildID: String? = nil, offset: UInt64,
        address: UInt64? = nil, isDirectCaller: Bool = false
    ) {
        self.function = function
        self.functionOffset = functionOffset
        self.file = file
        self.buildID = buildID
        self.offset = offset
        self.address = address
        self.isDirectCaller = isDirectCaller
    }
}
