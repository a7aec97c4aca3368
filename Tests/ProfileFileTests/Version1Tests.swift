import FoundationEssentials
import LatencyHistogram
import Profile
import ProfileFile
import SyscallTable
import Testing

/// Files of version 1, as syslat 0.1.0 wrote them, have other names for a few things. Nothing in them may be lost.
@Suite struct Version1Tests {
    /// A sampled profile that the writer of 0.1.0 (d0242f9) made, with everything that is called differently now.
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Corpus/good-version-1-sampled.syslat")

    @Test func `a sampled profile of 0.1.0 is read whole`() throws {
        let bytes = [UInt8](try Data(contentsOf: Self.file))
        for name in ["\"syslat-profile\":1", "\"remarks\"", "\"unsampled\":20", "\"unmeasured\":5", "\"sampling\":{\"hertz\""] {
            #expect(String(decoding: bytes, as: UTF8.self).contains(name))
        }
        let profile = try ProfileFileReader.read(bytes, path: "f")
        #expect(profile.capture.warnings == ["a warning"] && profile.capture.notes == ["a note"])
        #expect(
            profile.capture.sampling
                == CallSampling(
                    lowestShift: 2, highestShift: 6,
                    budget: OverheadBudget(limit: 0.01, spentNanoseconds: 7, watchedNanoseconds: 900)))
        #expect(profile.balance.unmeasured == 20)
        #expect(profile.calls.count == 1 && profile.calls[0].calls == 21)
        #expect(profile.calls[0].series.map(\.unrepresented) == [0, 5])
        #expect(profile.processes.map(\.pid) == [nil])
        let vdso = try #require(profile.vdso)
        #expect(vdso.ticks == .on(hertz: 97))
        #expect(vdso.entered.map(\.processes).first?.map(\.pid) == [nil] && vdso.served.map(\.pid) == [nil])
        #expect(vdso.vsyscalls == [VsyscallCount(pid: 7, comm: "old", name: "time", calls: 3)])
    }

    /// Written again it is a file of this version, which 0.1.0 refuses instead of dropping what it doesn't know.
    @Test func `a profile of 0.1.0 that is written again has the new names`() throws {
        let profile = try ProfileFileReader.read([UInt8](try Data(contentsOf: Self.file)), path: "f")
        let bytes = try ProfileFileWriter.text(of: profile)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("{\"syslat-profile\":2,"))
        for name in ["remarks", "unsampled", "\"unmeasured\":5"] { #expect(!text.contains(name), "\(name)") }
        for name in ["\"unmeasured\":20", "\"unrepresented\":5", "\"ticks\":{\"hertz\":97", "\"warnings\":[\"a warning\"]"] {
            #expect(text.contains(name), "\(name)")
        }
        #expect(try ProfileFileReader.read(bytes, path: "f") == profile)
    }
}
