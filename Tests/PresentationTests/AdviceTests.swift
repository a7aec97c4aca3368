import Presentation
import Profile
import Testing

@Suite struct AdviceTests {
    @Test func `every function has a manual page in the advice`() {
        for function in ServableFunction.allCases {
            let advice = EntryReason.bypass.advice(functions: [function.rawValue])
            #expect(advice.contains("\(function.rawValue)(") || advice.contains("sched_\(function.rawValue)("), "\(advice)")
        }
    }
}
