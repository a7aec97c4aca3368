import Profile
import SyscallTable
import Testing

@Suite struct RefusedCallsTests {
    private func kind(_ number: Int32, by: RefusedCalls.Refuser = .filter, errno: Int32? = 38, _ calls: UInt64) -> RefusedCalls {
        RefusedCalls(id: SyscallID(abi: .x86_64, number: number), by: by, errno: errno, calls: calls)
    }

    private func profile(_ refused: [RefusedCalls]) -> Profile {
        var profile = Profile.empty
        profile.refused = refused
        return profile
    }

    @Test func `profiles add up refused calls by kind, the most frequent first`() {
        let first = profile([kind(1, 5), kind(1, errno: nil, 2), kind(1, by: .tracer, 1)])
        let second = profile([kind(1, errno: nil, 4), kind(2, 6), kind(1, 3)])
        let sum = [kind(1, 8), kind(1, errno: nil, 6), kind(2, 6), kind(1, by: .tracer, 1)]
        #expect(first.merged(with: second).refused == sum)
        #expect(second.merged(with: first).refused == sum)
    }

    @Test func `a sum of refused calls that doesn't fit is marked`() {
        let sum = profile([kind(1, .max)]).merged(with: profile([kind(1, 1)]))
        #expect(sum.refused.map(\.calls) == [.max])
        #expect(sum.capture.warnings.count == 1)
    }
}
