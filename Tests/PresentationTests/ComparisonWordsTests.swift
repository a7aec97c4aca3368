import Comparison
import Glibc
import Testing

@testable import Presentation

@Suite struct ComparisonWordsTests {
    @Test func `changes, probabilities and intervals are written for readers`() {
        func change(_ value: Double) -> String { ComparisonWords.change(value).spaced }
        #expect(change(0) == "0.0 %" && change(-1e-9) == "0.0 %" && change(log(1.05)) == "+5.0 %")
        #expect(change(log(0.5)) == "-50.0 %" && change(log(12.3)) == "×12" && change(700) == "×1.00E")
        #expect(ComparisonWords.size(log(1.05)).spaced == "5.0 %")
        #expect(ComparisonWords.probability(0) == "<0.001" && ComparisonWords.probability(0.0476) == "0.048")
        let estimate = ShiftEstimate(effect: 0, interval: log(0.98)...log(1.174))
        #expect(ComparisonWords.interval(estimate)?.spaced == "-2.0 … +17.4 %")
    }
}
