import PlainText

/// One level of a user-space stack as the kernel recorded it.
///
/// With BPF_F_USER_BUILD_ID, bpf_get_stack gives a build-id and a place in the file where it can, and an address elsewhere; without it,
/// addresses alone. A caller that has both gives both.
package struct Frame: Sendable, Hashable {
    package let address: UInt64?
    package let buildID: BuildID?
    /// The place in the file, in bytes; without a meaning if there is no build-id.
    package let fileOffset: UInt64

    package init(address: UInt64) { self.init(address: address, buildID: nil, fileOffset: 0) }

    package init(buildID: BuildID, fileOffset: UInt64) { self.init(address: nil, buildID: buildID, fileOffset: fileOffset) }

    package init(address: UInt64?, buildID: BuildID?, fileOffset: UInt64) {
        self.address = address
        self.buildID = buildID
        self.fileOffset = fileOffset
    }
}

/// A place in a file: all that is needed to name it later, on another machine too.
package struct FilePlace: Sendable, Hashable {
    /// As the process's own root has it (``ExactText``); empty if only the build-id is known.
    package var path: String
    package var buildID: BuildID?
    /// Bytes from the start of the file.
    package var fileOffset: UInt64
    /// The address that the file's own symbols have for this place; nil if the file couldn't be read. A debug file alone doesn't tell
    /// it: objcopy(1) forgets where the code was in the file.
    package var address: UInt64?

    package init(path: String, buildID: BuildID?, fileOffset: UInt64, address: UInt64? = nil) {
        self.path = path
        self.buildID = buildID
        self.fileOffset = fileOffset
        self.address = address
    }

    /// The last part of the path, or the build-id of a file without one.
    package var name: String {
        if let last = path.utf8.split(separator: UInt8(ascii: "/")).last { return String(last) ?? path }
        return buildID.map { "[build-id \($0.description.prefix(12))]" } ?? "[unknown]"
    }
}

/// Where the code of a frame lies.
package enum FrameLocation: Sendable, Hashable {
    case file(FilePlace)
    /// So many bytes from the start of the vDSO.
    case vdso(offset: UInt64)
    /// Memory without a file, where JIT compilers put their code; the address in it.
    case anonymous(address: UInt64)
    /// No memory is known there, or none that can hold code.
    case unknown(address: UInt64)
}

/// A function, and a place in it.
package struct FunctionPlace: Sendable, Hashable {
    /// As the linker knows it, at most ``SymbolLimits/longestName`` bytes (``ExactText``).
    package var name: String
    /// Bytes from its start.
    package var offset: UInt64

    package init(name: String, offset: UInt64) {
        self.name = name
        self.offset = offset
    }

    /// The name as people write it, where that is simple: `foo::bar` for `_ZN3foo3barEv`.
    package var readableName: String { ReadableName.readable(name) }
}

/// A frame with what is known about it.
package struct NamedFrame: Sendable, Hashable {
    package var location: FrameLocation
    /// nil if it can't be named.
    package var function: FunctionPlace?
    /// Why it can't be named; nil if it is.
    package var reason: UnnamedReason?
    /// It was found by its call of the function before it, and not by frame pointers.
    package var isDirectCaller = false

    package init(location: FrameLocation, function: FunctionPlace) {
        (self.location, self.function, reason) = (location, function, nil)
    }

    package init(location: FrameLocation, reason: UnnamedReason) {
        (self.location, self.reason, function) = (location, reason, nil)
    }

    /// The file that the code is from; nil for memory without one.
    package var file: FilePlace? { if case .file(let place) = location { place } else { nil } }

    /// The file's name without its folders, `[vdso]`, or nil.
    package var fileName: String? {
        switch location {
        case .file(let place): place.name
        case .vdso: "[vdso]"
        case .anonymous, .unknown: nil
        }
    }

    /// For people, in one line: `read+0x1f`, `libfoo.so+0x1234` without a name, `0x7f31c0de0000` without a file.
    package var text: String {
        func hex(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
        if let function { return PlainText.line(function.readableName) + "+" + hex(function.offset) }
        return switch location {
        case .file(let place): PlainText.line(place.name) + "+" + hex(place.fileOffset)
        case .vdso(let offset): "[vdso]+" + hex(offset)
        case .anonymous(let address), .unknown(let address): hex(address)
        }
    }
}
