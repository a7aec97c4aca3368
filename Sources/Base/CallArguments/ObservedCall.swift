package import SyscallTable

/// One call as it was seen: its registers, and what the kernel side could name. Nothing else of the program's memory is known.
package struct ObservedCall: Sendable, Hashable {
    package var call: SyscallID
    /// The six arguments as the registers had them. Missing ones count as 0.
    package var registers: [UInt64]
    /// What descriptors refer to, by the index of the register: `/var/lib/x.wal`, `pipe:[123]`, `TCP 10.0.0.1:5432->10.0.0.2:77`. A
    /// path that lost its front may begin with `…`. Bytes that aren't UTF-8 stand there as ``ExactText`` has them.
    package var descriptorNames: [Int: String]
    /// The texts that registers point to, by the index of the register.
    package var strings: [Int: CapturedString]
    /// Nil while the call is in flight.
    package var result: CallResult?
    /// What the descriptor that it returned refers to.
    package var resultName: String?

    package init(
        call: SyscallID, registers: [UInt64], descriptorNames: [Int: String] = [:], strings: [Int: CapturedString] = [:],
        result: CallResult? = nil, resultName: String? = nil
    ) {
        self.call = call
        self.registers = registers
        self.descriptorNames = descriptorNames
        self.strings = strings
        self.result = result
        self.resultName = resultName
    }
}

/// The bytes of a text in the memory of a program, without the NUL at its end.
package struct CapturedString: Sendable, Hashable {
    package var bytes: [UInt8]
    /// Whether the text goes on behind the bytes.
    package var isCut: Bool

    package init(bytes: [UInt8], isCut: Bool) {
        self.bytes = bytes
        self.isCut = isCut
    }
}

/// How a call ended.
package enum CallResult: Sendable, Hashable {
    case value(Int64)
    /// The positive error number, those that the kernel keeps to itself (512 and above) included.
    case error(Int32)

    /// What the kernel returned in the result register, in which errors are −4095 to −1. Of a 32-bit program only 32 bits count.
    package init(returned: Int64, abi: ABI) {
        let value = abi.has32Bits ? Int64(Int32(truncatingIfNeeded: returned)) : returned
        self = (-4095 ... -1).contains(value) ? .error(Int32(-value)) : .value(value)
    }
}
