/// A parameter of a call: what it means, and which register has it.
package struct Parameter: Sendable, Hashable {
    /// What stands before it with a `=`, where positions alone would mislead; else nil.
    package var label: String?
    package var kind: ParameterKind
    /// The index of the register, from 0 to 5, in the order of the ABI.
    package var register: Int
    /// The register with the upper 32 bits of a value of 64 bits; nil if one register has it all.
    package var upperRegister: Int?

    /// The same parameter in a later register.
    func shifted(by registers: Int) -> Parameter {
        Parameter(label: label, kind: kind, register: register + registers, upperRegister: upperRegister.map { $0 + registers })
    }
}

/// What a call returns if it doesn't fail.
package enum ResultKind: String, Sendable, Hashable {
    case number
    case address
    case descriptor
    /// Permission bits: umask.
    case mode
    /// A scheduler, or a signal, with its name behind the number.
    case scheduler, signal
    /// How many descriptors are ready; 0 after a timeout: poll.
    case ready
    /// Nothing: the call doesn't return.
    case never
}
