import Foundation
import Testing

@testable import Linux
@testable import Symbols

@Suite("names of kernel addresses")
struct KernelSymbolTests {
    private static let text = """
        0000000000000000 A fixed_percpu_data
        ffffffff81000000 T _stext
        ffffffff81000000 T _text
        ffffffff81000100 t first
        ffffffff81000200 T second
        ffffffff81000200 t second_alias
        ffffffff81000300 W third
        ffffffff82000000 D some_data
        ffffffff82000010 d other_data
        ffffffffc0000100 t late\t[zram]
        ffffffffc0000000 t early\t[ext4]
        ffffffffc0000080 t bpf_prog_1\t[bpf]

        """

    private static func places(_ addresses: Set<UInt64>, areReturns: Bool = false) throws -> KernelSymbols {
        let folder = try Folder()
        return KernelSymbols(addresses: addresses, areReturns: areReturns, path: try folder.write(text, to: "kallsyms"))
    }

    @Test func `an address is in the nearest function before it`() throws {
        let found = try Self.places([
            0x1000, 0xffff_ffff_8100_0000, 0xffff_ffff_8100_0101, 0xffff_ffff_8100_02ff, 0xffff_ffff_81ff_ffff,
            0xffff_ffff_8200_0004,
            0xffff_ffff_8200_0800, 0xffff_ffff_c000_0000, 0xffff_ffff_c000_0081, 0xffff_ffff_c000_0180,
        ])
        #expect(found.problem == nil)
        #expect(
            found.places.mapValues(\.text) == [
                0xffff_ffff_8100_0000: "_stext+0x0", 0xffff_ffff_8100_0101: "first+0x1", 0xffff_ffff_8100_02ff: "second+0xff",
                0xffff_ffff_81ff_ffff: "third+0xfffcff", 0xffff_ffff_c000_0000: "early+0x0 [ext4]",
                0xffff_ffff_c000_0081: "bpf_prog_1+0x1 [bpf]", 0xffff_ffff_c000_0180: "late+0x80 [zram]",
            ])
    }

    @Test func `a return address belongs to the call before it`() throws {
        let found = try Self.places([0xffff_ffff_8100_0200, 0xffff_ffff_8100_0101], areReturns: true)
        #expect(found.places.mapValues(\.text) == [0xffff_ffff_8100_0200: "first+0x100", 0xffff_ffff_8100_0101: "first+0x1"])
    }

    @Test func `hidden addresses, a missing and an empty file say so`() throws {
        let folder = try Folder()
        let hidden = try folder.write("0000000000000000 T _stext\n0000000000000000 T vfs_read\n", to: "hidden")
        #expect(KernelSymbols(addresses: [1], path: hidden).problem == .hidden)
        #expect(KernelSymbols(addresses: [1], path: folder.file("none")).problem == .unreadable(Errno(ENOENT)))
        #expect(KernelSymbols(addresses: [1], path: try folder.write("", to: "empty")).problem == .empty)
        let noise = try folder.write("x\nffffffff81000000\nffffffff81000000 \n\u{1}\n", to: "noise")
        #expect(KernelSymbols(addresses: [1], path: noise).problem == .empty)
        #expect(KernelSymbols(addresses: [0, .max], path: folder.file("none")).places.isEmpty)
    }

    @Test func `the running kernel's functions are those that Python finds`() throws {
        let lines = try Tool.run("cat", "/proc/kallsyms").split(separator: "\n")
        let addresses = Set(
            stride(from: 0, to: lines.count, by: max(1, lines.count / 400)).compactMap { index -> UInt64? in
                let fields = lines[index].split(separator: " ")
                return UInt64(fields[0], radix: 16).map { $0 &+ UInt64(index % 3) * 7 }
            }.filter { $0 >> 63 == 1 })
        let ours = KernelSymbols(addresses: addresses)
        if ours.problem == .hidden {
            #expect(lines.allSatisfy { $0.hasPrefix("0000000000000000") })
            return
        }
        let script = """
            import sys, bisect
            best = {}
            for line in open('/proc/kallsyms'):
                f = line.split()
                a = int(f[0], 16)
                if a == 0 or f[1] in 'aA': continue
                code = f[1] in 'tTwW'
                if a not in best or code and not best[a][0]:
                    best[a] = (code, f[2], f[3] if len(f) > 3 else '')
            keys = sorted(best)
            for word in sys.stdin.read().split():
                w = int(word)
                i = bisect.bisect_right(keys, w) - 1
                if i >= 0 and best[keys[i]][0]:
                    code, name, module = best[keys[i]]
                    print(w, name + '+' + hex(w - keys[i]) + (' ' + module if module else ''))
            """
        let theirs = try Tool.run("python3", "-c", script, input: addresses.map { "\($0)\n" }.joined())
        let text = ours.places.map { "\($0.key) \($0.value.text)" }
        #expect(Set(text) == Set(theirs.split(separator: "\n").map { String($0) }))
        #expect(text.count > 100 && ours.problem == nil)
    }
}
