import FoundationEssentials
import ProfileExercise
import ProfileFile
import TestSupport
import Testing

/// The inputs that the fuzzer starts from, and those that once trapped. `good-…` are profiles, `bad-…` are refused.
@Suite struct CorpusTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
    private static let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path))?.sorted() ?? []

    @Test func `the corpus has more than ten inputs`() { #expect(Self.names.count > 10) }

    @Test func `random profiles can be used in every way`() throws {
        var random = SeededGenerator.fromEnvironment()
        for number in 0..<20 {
            try ProfileExercise.run(try ProfileFileWriter.text(of: .random(intervals: number % 2, using: &random)))
        }
    }

    @Test(arguments: names) func `every input of the corpus is read or refused as named`(name: String) throws {
        let input = [UInt8](try Data(contentsOf: Self.directory.appending(path: name)))
        let isGood = name.hasPrefix("good-")
        #expect(isGood || name.hasPrefix("bad-"), "the name must say what is expected")
        do {
            try ProfileExercise.run(input)
            #expect(isGood, "it was read")
        } catch let error as ProfileFileError {
            #expect(!isGood, "\(error)")
            #expect(error.description.hasPrefix("f.syslat"))
        }
    }
}
