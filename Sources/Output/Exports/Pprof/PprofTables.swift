import PlainText
import Presentation
import Profile

/// The tables of a pprof profile: each text, function, place and file once, in the order in which they came.
struct PprofTables {
    private var strings: [String: UInt64] = ["": 0]
    private var texts = [""]
    private var functions: [FunctionName: UInt64] = [:]
    private var functionNames: [FunctionName] = []
    private var places: [Place: UInt64] = [:]
    private var placesInOrder: [Place] = []
    private var files: [File: UInt64] = [:]
    private var mappings: [Mapping] = []

    private struct FunctionName: Hashable {
        var name: String
        /// Whether it is a symbol, which pprof may demangle.
        var isSymbol: Bool
    }

    private enum Place: Hashable {
        case call(String)
        case frame(StackFrame, StackSpace)
    }

    private struct File: Hashable {
        var name: String
        var buildID: String
        var space: StackSpace
    }

    /// A file as if it had been mapped once, all of it.
    private struct Mapping {
        var file: File
        /// The lowest and the highest offset of a place in it.
        var lowest, highest: UInt64
        var hasFunctions = true
    }

    /// The number of a text. Nothing in it can control a terminal.
    mutating func string(_ text: String) -> UInt64 {
        let text = PlainText.line(text)
        if let known = strings[text] { return known }
        let number = UInt64(texts.count)
        strings[text] = number
        texts.append(text)
        return number
    }

    /// The number of the place that stands for a system call.
    mutating func location(ofCall name: String) -> UInt64 { location(.call("\(name) (syscall)")) }

    mutating func location(of frame: StackFrame, in space: StackSpace) -> UInt64 { location(.frame(frame, space)) }

    private mutating func location(_ place: Place) -> UInt64 {
        if let known = places[place] { return known }
        placesInOrder.append(place)
        places[place] = UInt64(placesInOrder.count)
        if case .frame(let frame, let space) = place, let file = file(of: frame, space) { add(frame, to: file) }
        return UInt64(placesInOrder.count)
    }

    private mutating func add(_ frame: StackFrame, to file: File) {
        if files[file] == nil {
            mappings.append(Mapping(file: file, lowest: frame.offset, highest: frame.offset))
            files[file] = UInt64(mappings.count)
        }
        guard let index = files[file].map({ Int($0) - 1 }) else { return }
        mappings[index].lowest = min(mappings[index].lowest, frame.offset)
        mappings[index].highest = max(mappings[index].highest, frame.offset)
        if frame.name == nil { mappings[index].hasFunctions = false }
    }

    /// nil for memory without a file. The kernel has the names that perf gives it.
    private func file(of frame: StackFrame, _ space: StackSpace) -> File? {
        switch (space, frame.file) {
        case (.user, nil): nil
        case (.user, let name?): File(name: name, buildID: frame.buildID ?? "", space: space)
        case (.kernel, let module): File(name: "[\(module ?? "kernel.kallsyms")]", buildID: frame.buildID ?? "", space: space)
        }
    }

    // MARK: Writing

    /// Adds the tables to the message of the profile.
    mutating func write(to message: inout ProtobufMessage) {
        let starts = starts
        for (index, mapping) in mappings.enumerated() {
            message.add(PprofField.mapping, self.message(of: mapping, number: index + 1, start: starts[index]))
        }
        for (index, place) in placesInOrder.enumerated() {
            message.add(PprofField.location, self.message(of: place, at: index + 1, starts))
        }
        for (index, function) in functionNames.enumerated() {
            var part = ProtobufMessage()
            part.add(1, UInt64(index + 1))
            part.add(2, string(function.name))
            if function.isSymbol { part.add(3, string(function.name)) }
            message.add(PprofField.function, part)
        }
        for text in texts { message.add(PprofField.string, text) }
    }

    private static let pageSize: UInt64 = 4096

    /// What is added to the offsets of each mapping, so that no two of them overlap. Those of the kernel are addresses. Wrong offsets of a
    /// damaged profile may wrap around.
    private var starts: [UInt64] {
        var next = PprofTables.pageSize
        return mappings.map { mapping in
            guard mapping.file.space == .user else { return 0 }
            defer { next &+= (mapping.highest / PprofTables.pageSize &+ 2) &* PprofTables.pageSize }
            return next
        }
    }

    private mutating func message(of mapping: Mapping, number: Int, start: UInt64) -> ProtobufMessage {
        let isFile = mapping.file.space == .user
        let first = isFile ? 0 : mapping.lowest / PprofTables.pageSize &* PprofTables.pageSize
        var part = ProtobufMessage()
        part.add(1, UInt64(number))
        part.add(2, start &+ first)
        part.add(3, start &+ (mapping.highest / PprofTables.pageSize &+ 1) &* PprofTables.pageSize)
        part.add(5, string(mapping.file.name))
        part.add(6, string(mapping.file.buildID))
        part.add(7, mapping.hasFunctions)
        return part
    }

    private mutating func message(of place: Place, at position: Int, _ starts: [UInt64]) -> ProtobufMessage {
        var part = ProtobufMessage()
        part.add(1, UInt64(position))
        let function: FunctionName?
        switch place {
        case .call(let name): function = FunctionName(name: name, isSymbol: false)
        case .frame(let frame, let space):
            let mapping = file(of: frame, space).flatMap { files[$0] }
            part.add(2, mapping ?? 0)
            part.add(3, (mapping.map { starts[Int($0) - 1] } ?? 0) &+ frame.offset)
            // In a file, pprof may still find the name. Nothing else would say what memory without a file is.
            function =
                frame.name.map { FunctionName(name: $0, isSymbol: true) }
                ?? (mapping == nil ? FunctionName(name: "[anon]", isSymbol: false) : nil)
        }
        if let function {
            var line = ProtobufMessage()
            line.add(1, number(of: function))
            part.add(4, line)
        }
        return part
    }

    private mutating func number(of function: FunctionName) -> UInt64 {
        if let known = functions[function] { return known }
        functionNames.append(function)
        functions[function] = UInt64(functionNames.count)
        return UInt64(functionNames.count)
    }
}

extension StackFrame {
    fileprivate var name: String? { function.flatMap { $0.isEmpty ? nil : $0 } }
}
