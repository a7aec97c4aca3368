import Foundation
import TestSupport
import Testing

@testable import VDSO

/// The vDSO of the running kernel, compared with what readelf finds in a dump of it.
@Suite(.requiresVDSO) struct RunningImageTests {
    @Test func `the symbols are those that readelf finds`() throws {
        let running = try #require(try VDSOImage.running())
        let image = running.image
        let oracle = try Readelf.symbols(of: running.bytes)
        #expect(!oracle.isEmpty)
        #expect(Set(image.symbols.map(Readelf.Row.init)) == Set(oracle))
        #expect(image.symbols.count == oracle.count)
        #expect(image.size == running.bytes.count)
    }

    @Test func `functions have a prefix and are listed once`() throws {
        let image = try #require(try VDSOImage.running()).image
        #expect(!image.functionNames.isEmpty)
        #expect(image.functionNames == image.functionNames.sorted())
        for name in image.functionNames { #expect(name.hasPrefix("__"), "\(name)") }
        #expect(image.exportedFunctions.count == Set(image.symbols.filter(\.isFunction).map(\.offset)).count)
        let time = try #require(image.function(named: "clock_gettime"))
        #expect(time.stem == "clock_gettime" && time.name != time.stem)
        #expect(image.function(named: "no_such_function") == nil)
        // A full name is found too.
        #expect(image.function(named: time.name) == time)
    }

    @Test func `the note in the image has the version of the kernel`() throws {
        let image = try #require(try VDSOImage.running()).image
        let version = try #require(image.kernelVersion)
        let release = try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
        #expect(release.hasPrefix("\(version.code >> 16).\(version.code >> 8 & 0xff)."), "\(version) and \(release)")
    }

    @Test func `the first and last byte of a function belong to it`() throws {
        let image = try #require(try VDSOImage.running()).image
        for function in image.exportedFunctions {
            #expect(image.function(at: function.offset) == function)
            #expect(image.function(at: function.offset + function.size - 1) == function)
        }
        #expect(image.function(at: -1) == nil)
        #expect(image.function(at: image.size) == nil)
        #expect(image.function(at: 0) == nil)
    }
}

/// Images made here: each way to find the number of symbols, both widths, and bad images.
@Suite struct MadeImageTests {
    static let sample: [VDSOImage.Symbol] = [
        .init(name: "__kernel_gettimeofday", version: "LINUX_2.6.39", offset: 0x800, size: 0x40, isFunction: true),
        .init(name: "__kernel_clock_gettime", version: "LINUX_2.6.39", offset: 0x840, size: 0x50, isFunction: true),
    ]

    @Test(arguments: [true, false], MadeImage.Count.allCases)
    func `symbols are found by any table that counts them`(is64: Bool, count: MadeImage.Count) throws {
        var made = MadeImage(is64: is64, count: count)
        let image = try VDSOImage(made.bytes())
        #expect(image.symbols == MadeImageTests.sample)
        #expect(image.kernelVersion?.description == "6.18.44")
        #expect(image.functionNames == ["__kernel_clock_gettime", "__kernel_gettimeofday"])
        made.base = is64 ? 0xffff_ffff_ff70_0000 : 0xffff_e000
        #expect(try VDSOImage(made.bytes()) == image, "an image that is linked to an address")
    }

    @Test func `an image without symbols has no functions`() throws {
        var made = MadeImage(is64: true, count: .sysv)
        made.hasDynamic = false
        let image = try VDSOImage(made.bytes())
        #expect(image.symbols.isEmpty && image.functionNames.isEmpty && image.kernelVersion != nil)
        #expect(image.function(at: 0x800) == nil)
    }

    @Test func `code without a symbol belongs to the function before it`() throws {
        let image = try VDSOImage(MadeImage(is64: true, count: .gnu).bytes())
        #expect(image.function(at: 0x7ff) == nil)
        #expect(image.function(at: 0x83f)?.name == "__kernel_gettimeofday")
        #expect(image.function(at: 0x840)?.name == "__kernel_clock_gettime")
        #expect(image.function(at: 0x8f0)?.name == "__kernel_clock_gettime")
    }

    @Test func `bad images are refused with the reason`() throws {
        let good = MadeImage(is64: true, count: .sysv).bytes()
        func broken(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
            var bytes = good
            change(&bytes)
            return bytes
        }
        #expect(throws: VDSOImageError.notELF) { try VDSOImage([]) }
        #expect(throws: VDSOImageError.notELF) { try VDSOImage([UInt8](repeating: 0x7f, count: 4096)) }
        #expect(throws: VDSOImageError.unsupported("byte order 2")) { try VDSOImage(broken { $0[5] = 2 }) }
        #expect(throws: VDSOImageError.unsupported("class 7")) { try VDSOImage(broken { $0[4] = 7 }) }
        #expect(throws: VDSOImageError.cutOff("header", end: 40, of: 20)) { try VDSOImage(Array(good[..<20])) }
        // A table of program headers at the end of all addresses.
        #expect(throws: VDSOImageError.self) { try VDSOImage(broken { for i in 32..<40 { $0[i] = 0xff } }) }
        var without = MadeImage(is64: true, count: .sections)
        without.hasSections = false
        #expect(throws: VDSOImageError.self) { try VDSOImage(without.bytes()) }
        for error: VDSOImageError in [
            .notELF, .unsupported("class 7"), .cutOff("header", end: 40, of: 20), .malformed("why"), .notMapped(address: 1),
        ] {
            #expect(error.description.hasPrefix("The ") && error.description.hasSuffix("."))
        }
        #expect(VDSOImageError.noMappings.description.hasSuffix("served calls are left out."))
    }
}

/// Bytes that no kernel made. None of them may trap, neither when read nor when the image is used.
@Suite struct DamagedImageTests {
    @Test func `mutated and truncated images never trap`() throws {
        var generator = SeededGenerator.fromEnvironment()
        var images = [true, false].flatMap { is64 in MadeImage.Count.allCases.map { MadeImage(is64: is64, count: $0).bytes() } }
        if let running = try VDSOImage.running() { images += [[UInt8]](repeating: running.bytes, count: 4) }
        var read = 0
        for _ in 0..<rounds(24_000) {
            let image = try #require(images.randomElement(using: &generator))
            let bytes = Self.damaged(image, &generator)
            guard let parsed = try? VDSOImage(bytes) else { continue }
            read += 1
            Self.ask(parsed)
        }
        // Most damage is to code, which nothing reads.
        #expect(read > 1000)
    }

    static func ask(_ image: VDSOImage) {
        for offset in [-1, 0, image.size - 1, image.size, .min, .max] { _ = image.function(at: offset) }
        for symbol in image.symbols { _ = image.function(at: symbol.offset) }
        _ = image.function(named: "clock_gettime")
        _ = VDSOFunctionCatalog(image).main
    }

    /// One to eight changes, most of them where the headers and tables are, and sometimes an end that comes too early.
    private static func damaged(_ image: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = image
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let place = Int.random(
                in: 0..<(Bool.random(using: &generator) ? min(0x600, bytes.count) : bytes.count), using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: for index in place..<min(place + 8, bytes.count) { bytes[index] = 0xff }
            default: for index in place..<min(place + 4, bytes.count) { bytes[index] = 0 }
            }
        }
        if Int.random(in: 0..<8, using: &generator) == 0 {
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
        }
        return bytes
    }
}
