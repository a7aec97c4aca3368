import Foundation
import SyscallTable
import Testing

/// Compares the tables with the kernel headers on this host, which come from another package and another kernel.
@Suite struct HostHeaderTests {
    private static let directory = "/usr/include/x86_64-linux-gnu/asm"
    private static let isPresent = FileManager.default.fileExists(atPath: directory + "/unistd_64.h")

    @Test(
        .enabled(if: isPresent, "no x86_64 kernel headers on this host"),
        arguments: [
            (ABI.x86_64, "unistd_64.h"), (.ia32, "unistd_32.h"), (.x32, "unistd_x32.h"),
        ])
    func `every call in the host's headers is in the table`(abi: ABI, file: String) throws {
        let header = try String(contentsOfFile: "\(Self.directory)/\(file)", encoding: .utf8)
        var compared = 0
        for line in header.split(separator: "\n") where line.hasPrefix("#define __NR_") {
            let words = line.dropFirst("#define __NR_".count).split { " ()+\t".contains($0) }
            let name = try #require(words.first)
            let number = try #require(words.last.flatMap { Int32($0) }, "\(line)")
            #expect(SyscallTable.number(named: name, abi: abi) == number, "\(name)")
            compared += 1
        }
        #expect(compared > 300)
    }
}
