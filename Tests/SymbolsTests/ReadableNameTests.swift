import Foundation
import Glibc
import Testing

@testable import Symbols

@Suite("readable names")
struct ReadableNameTests {
    @Test(arguments: [
        ("main", "main"), ("_Z3fooi", "foo"), ("_ZL3foov", "foo"), ("_ZN3foo3barEv", "foo::bar"), ("_ZNK3foo3barEv", "foo::bar"),
        ("_ZN3fooC2Ev", "foo::foo"), ("_ZN3fooD0Ev", "foo::~foo"), ("_ZSt9terminatev", "std::terminate"),
        ("_ZNSt6thread4joinEv", "std::thread::join"), ("_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo"),
        ("_ZN3foo3barEv.cold", "foo::bar.cold"),
        ("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE", "core::fmt::Write::write_fmt"),
        (
            "_ZN50_$LT$T$u20$as$u20$core..convert..From$LT$U$GT$$GT$4from17h0123456789abcdefE",
            "<T as core::convert::From<U>>::from"
        ),
    ]) func `simple names are put together`(name: String, readable: String) {
        #expect(ReadableName.readable(name) == readable)
    }

    @Test(arguments: [
        "", "_", "_Z", "_ZN", "_ZNE", "_ZNEv", "_ZN3fo", "_ZN3foo", "_ZN3fooE", "_Z99foov", "_Z99999999999999999999foov", "_ZN0E",
        "_ZN00fooEv",
        "_ZZ3foovE3bar", "_ZN3fooIiE3barEv", "_Z3fooIiEvT_", "_ZTV3foo", "_ZlsRSoi", "_ZNSs6appendEv", "_ZNC1Ev", "$s4main3fooyyF",
    ]) func `other names stay as they are`(name: String) {
        #expect(ReadableName.readable(name) == name)
    }

    /// Thousands of names of a C++ library that everybody has. What is read must be what c++filt reads.
    @Test func `names of the C++ library are those of c++filt`() throws {
        let library = try Tool.run("cc", "-print-file-name=libstdc++.so.6").trimmingCharacters(in: .whitespacesAndNewlines)
        let names = Set(try Tool.functions(of: library, options: ["-D"]).map(\.symbol.name)).filter { $0.hasPrefix("_Z") }.sorted()
        let theirs = try Tool.run(["c++filt", "-p"], input: names.map { $0 + "\n" }.joined()).split(separator: "\n")
        try #require(theirs.count == names.count)
        var read = 0
        for (name, their) in zip(names, theirs) {
            let ours = ReadableName.readable(name)
            guard ours != name else { continue }
            read += 1
            #expect(ours == their, "\(name)")
        }
        #expect(read > 300)
    }
}
