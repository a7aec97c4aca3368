package import SyscallTable

/// The parameters of a call and the kind of its result.
package struct CallSignature: Sendable {
    /// Those that every use of the call has. What follows a command, as in fcntl, depends on the command: ``parameters(for:)``.
    package let parameters: [Parameter]
    package let result: ResultKind

    /// The signature of a call; nil for a call without one, and for requests to io_uring, which have no registers.
    package static func of(_ call: SyscallID) -> CallSignature? {
        guard call.abi != .ioUring, let name = SyscallTable.name(of: call) else { return nil }
        return SignatureBook.of(call.abi).signatures[name]
    }

    /// The indexes of the registers with descriptors, those of directories included; the main one first.
    package var descriptorArguments: [Int] {
        parameters.filter { $0.kind == .descriptor || $0.kind == .directory }.map(\.register)
    }

    /// The indexes of the registers with addresses of paths: two at most.
    package var pathArguments: [Int] {
        parameters.filter { $0.kind == .path }.map(\.register)
    }
}

/// Which arguments of a call the kernel side must read to name it: descriptors that it looks up, paths that it copies.
package struct NamedArguments: Sendable, Hashable {
    /// The index of the register with the main descriptor.
    package var descriptor: Int?
    package var secondDescriptor: Int?
    /// The indexes of the registers with the addresses of paths, two at most.
    package var paths: [Int]

    /// Of a call without a signature there is nothing to name.
    ///
    /// Complexity: two look-ups by name. Made for a table of all calls, once for each capture.
    package init(of call: SyscallID) {
        let signature = CallSignature.of(call)
        let descriptors = signature?.descriptorArguments ?? []
        descriptor = descriptors.first
        secondDescriptor = descriptors.dropFirst().first
        paths = Array((signature?.pathArguments ?? []).prefix(2))
    }
}
