import FlightRecorder
import Testing

/// When a recorder says that it can't write, and when that it can again.
@Suite struct WritingTroubleTests {
    /// What is said of some writes in turn: `!` where a stretch begins, `=` where one is over, `.` where nothing is said.
    private func said(_ writes: [(fails: Bool, room: UInt64?)], isFull: Bool = true) -> (text: String, trouble: WritingTrouble) {
        var trouble = WritingTrouble()
        let text = writes.map { write -> String in
            if write.fails { return trouble.fail(isFull: isFull, isInterval: true) ? "!" : "." }
            return trouble.succeed(room: write.room) ? "=" : "."
        }
        return (text.joined(), trouble)
    }

    @Test func `a full disk is one stretch, even if the rest of a page takes some intervals`() {
        let (text, trouble) = said([
            (false, 1 << 20), (true, 0), (false, 0), (false, 4096), (true, 0), (false, 0), (false, 65_536), (false, 0),
        ])
        #expect(text == ".!....=.")
        #expect(!trouble.isUnderWay && trouble.missing == 2 && trouble.unwritten == 2)
    }

    @Test func `the next stretch counts for itself`() {
        let (text, trouble) = said([(true, 0), (true, 0), (false, 1 << 20), (true, 0)])
        #expect(text == "!.=!")
        #expect(trouble.isUnderWay && trouble.missing == 1 && trouble.unwritten == 3)
    }

    @Test func `where room isn't known or not what lacks, ten intervals in a row are the end`() {
        let nine = [(fails: Bool, room: UInt64?)](repeating: (false, nil), count: 9)
        #expect(said([(true, nil)] + nine + [(true, nil)] + nine).text == "!...................")
        #expect(said([(true, nil)] + nine + [(false, nil)]).text == "!.........=")
        let roomy = [(fails: Bool, room: UInt64?)](repeating: (false, 1 << 30), count: 10)
        #expect(said([(true, nil)] + roomy, isFull: false).text == "!.........=")
    }

    @Test func `the end of a segment that can't be written begins a stretch without an interval`() {
        var trouble = WritingTrouble()
        let begins = trouble.fail(isFull: true, isInterval: false)
        #expect(begins && trouble.isUnderWay && trouble.missing == 0 && trouble.unwritten == 0)
    }
}
