import Presentation
import Profile
import Testing

@Suite struct AdviceTests {
    @Test func `the advice names the manual page of every function`() {
        for function in ServableFunction.allCases {
            let advice = EntryReason.bypass.advice(functions: [function.rawValue])
            #expect(advice.contains("\(function.rawValue)(") || advice.contains("sched_\(function.rawValue)("), "\(advice)")
        }
    }
}
