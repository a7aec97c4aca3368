import Foundation
import TestPrograms

@testable import VDSO

/// What readelf (binutils) prints about an image.
enum Readelf {
    /// A symbol as both sides know it.
    struct Row: Hashable {
        var name: String
        var version: String?
        var offset: Int
        var size: Int
        var isFunction: Bool

        init(name: String, version: String?, offset: Int, size: Int, isFunction: Bool) {
            self.name = name
            self.version = version
            self.offset = offset
            self.size = size
            self.isFunction = isFunction
        }

        init(_ symbol: VDSOImage.Symbol) {
            // readelf leaves the version out where the symbol is the version's own.
            self.init(
                name: symbol.name, version: symbol.version == symbol.name ? nil : symbol.version, offset: symbol.offset,
                size: symbol.size, isFunction: symbol.isFunction)
        }
    }

    /// The dynamic symbols that an image defines.
    static func symbols(of bytes: [UInt8]) throws -> [Row] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("syslat-vdso-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // Of a damaged image it complains, but shows what it finds.
        let run = try ProgramRun.run(["readelf", "--wide", "--dyn-syms", file.path], environment: ["LC_ALL": "C"])
        return run.output.split(separator: "\n").compactMap(row)
    }

    /// `9: 0000000000000af0   902 FUNC    GLOBAL DEFAULT   12 __vdso_clock_gettime@@LINUX_2.6`
    private static func row(_ line: Substring) -> Row? {
        let fields = line.split(separator: " ")
        guard fields.count >= 8, fields[0].hasSuffix(":"), Int(fields[0].dropLast()) != nil, fields[6] != "UND",
            let value = Int(fields[1], radix: 16), let size = Int(fields[2])
        else { return nil }
        let parts = fields[7].split(separator: "@", omittingEmptySubsequences: true)
        return Row(
            name: String(parts[0]), version: parts.count > 1 ? String(parts[1]) : nil, offset: value, size: size,
            isFunction: fields[3] == "FUNC" || fields[3] == "NOTYPE" && size > 0 && fields[6] != "ABS")
    }
}
