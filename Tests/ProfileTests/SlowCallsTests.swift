import Profile
import SyscallTable
import TestSupport
import Testing

@Suite struct SlowCallsTests {
    private static let rows: [SyscallID] = [0, 1, 74, 202].map { SyscallID(abi: .x86_64, number: $0) }

    /// No two of them are of one thread, so each is told by its tid.
    private func calls(_ count: Int, tids: Int32, using random: inout SeededGenerator) -> [SlowCall] {
        (0..<Int32(count)).map { number in
            SlowCall(
                id: Self.rows.randomElement(using: &random) ?? Self.rows[0],
                startedAtNanoseconds: .random(in: 0...3, using: &random),
                // Few values, so there are equal ones.
                durationNanoseconds: .random(in: 1...20, using: &random), outcome: .blocked, result: 0, pid: 1,
                tid: tids + number, comm: "a", details: CallDetails())
        }
    }

    /// What a rule keeps of calls, in other words than the module's: by how many are ahead of each.
    private func kept(_ calls: [SlowCall], slowest count: Int) -> Set<SlowCall> {
        func isAhead(_ one: SlowCall, _ other: SlowCall) -> Bool {
            if one.durationNanoseconds != other.durationNanoseconds { return one.durationNanoseconds > other.durationNanoseconds }
            if one.startedAtNanoseconds != other.startedAtNanoseconds {
                return one.startedAtNanoseconds < other.startedAtNanoseconds
            }
            return one.tid < other.tid
        }
        return Set(calls.filter { call in calls.count { $0.id == call.id && isAhead($0, call) } < count })
    }

    private func call(_ id: SyscallID = rows[0], took nanoseconds: UInt64, tid: Int32 = 1) -> SlowCall {
        SlowCall(
            id: id, startedAtNanoseconds: 0, durationNanoseconds: nanoseconds, outcome: .ran, result: 0, pid: 1, tid: tid,
            comm: "a", details: CallDetails())
    }

    // MARK: What a rule keeps

    @Test func `the slowest of each call are kept, the slowest first`() {
        var random = SeededGenerator.fromEnvironment()
        for count in 1...5 {
            let all = calls(60, tids: 0, using: &random)
            let slow = SlowCalls(rule: .slowest(count), calls: all, unkept: 7)
            #expect(Set(slow.calls) == kept(all, slowest: count))
            #expect(slow.calls.map(\.durationNanoseconds) == slow.calls.map(\.durationNanoseconds).sorted(by: >))
            #expect(slow.unkept == 7, "calls that the rule doesn't keep are not missing")
            #expect(Self.rows.flatMap { slow.calls(of: $0) }.count == slow.calls.count)
            #expect(SlowCalls(rule: .slowest(count), calls: all.shuffled(using: &random), unkept: 7) == slow)
        }
    }

    @Test func `a call is slow from its threshold on, and never without one`() {
        let thresholds = [SlowThreshold(call: "write", nanoseconds: 5), SlowThreshold(nanoseconds: 10)]
        let (read, write) = (Self.rows[0], Self.rows[1])
        let ia32Write = SyscallID(abi: .ia32, number: 4)
        let all = [call(read, took: 9), call(read, took: 10), call(write, took: 4), call(write, took: 5), call(ia32Write, took: 6)]
        #expect(SlowCalls(rule: .slower(thresholds), calls: all).calls.map(\.durationNanoseconds) == [10, 6, 5])
        #expect(SlowCalls(rule: .slower(Array(thresholds.prefix(1))), calls: all + [call(read, took: .max)]).calls.count == 2)
        #expect(SlowCalls(rule: .slower([]), calls: all).calls.isEmpty)
    }

    @Test func `rules with the same thresholds are equal, and the first of two for a call holds`() {
        let (all, read) = (SlowThreshold(nanoseconds: 9), SlowThreshold(call: "read", nanoseconds: 4))
        #expect(SlowCalls(rule: .slower([all, read])) == SlowCalls(rule: .slower([read, all])))
        let twice = SlowCalls(rule: .slower([read, SlowThreshold(call: "read", nanoseconds: 1)]))
        #expect(twice.rule == .slower([read]))
    }

    @Test func `of more slow calls than there is room for the slowest are kept, and the others counted`() {
        let rule = SlowCalls.Rule.slower([SlowThreshold(nanoseconds: 3)])
        let many = (0..<UInt64(SlowCalls.limit) + 30).map { call(took: $0, tid: Int32($0)) }
        let slow = SlowCalls(rule: rule, calls: many, unkept: 5)
        #expect(slow.calls.count == SlowCalls.limit && slow.calls.last?.durationNanoseconds == 30)
        #expect(slow.unkept == 5 + 27, "three calls are not slow")
        #expect(SlowCalls(rule: rule, calls: many, unkept: .max).unkept == .max)
        let halves = [many.filter { $0.tid % 2 == 0 }, many.filter { $0.tid % 2 == 1 }].map { SlowCalls(rule: rule, calls: $0) }
        #expect(halves[0].merged(with: halves[1]) == SlowCalls(rule: rule, calls: many))
    }

    @Test func `the error follows from the result`() {
        func errno(_ result: Int64) -> Int32? {
            var call = call(took: 1)
            call.result = result
            return call.errno
        }
        #expect(errno(-1) == 1 && errno(-110) == 110 && errno(-4095) == 4095)
        #expect(errno(0) == nil && errno(3) == nil && errno(-4096) == nil && errno(.min) == nil && errno(.max) == nil)
    }

    @Test func `of a stack the innermost functions are kept`() {
        let frames = (0..<300).map { StackFrame(offset: UInt64($0)) }
        let details = CallDetails(userStack: frames, kernelStack: frames)
        #expect(details.userStack == Array(frames[..<256]) && details.kernelStack == details.userStack)
    }

    // MARK: Merging

    @Test func `merging keeps the slowest of the union of each call, in any order`() {
        var random = SeededGenerator.fromEnvironment()
        for round in 0..<rounds(200) {
            let count = Int.random(in: 1...4, using: &random)
            let parts = (0..<3).map { calls(.random(in: 0...30, using: &random), tids: $0 * 1000, using: &random) }
            let captures = parts.enumerated().map { SlowCalls(rule: .slowest(count), calls: $1, unkept: UInt64($0)) }
            let left = captures[0].merged(with: captures[1]).merged(with: captures[2])
            #expect(Set(left.calls) == kept(parts.flatMap(\.self), slowest: count), "round \(round)")
            #expect(left.rule == .slowest(count) && left.unkept == 3)
            #expect(captures[0].merged(with: captures[1].merged(with: captures[2])) == left)
            #expect(captures[2].merged(with: captures[1]).merged(with: captures[0]) == left)
        }
    }

    @Test func `merging keeps every call slower than its threshold, in any order`() {
        var random = SeededGenerator.fromEnvironment()
        for round in 0..<rounds(200) {
            let rule = SlowCalls.Rule.slower([
                SlowThreshold(nanoseconds: .random(in: 1...20, using: &random)),
                SlowThreshold(call: "fsync", nanoseconds: .random(in: 1...20, using: &random)),
            ])
            let parts = (0..<3).map { calls(.random(in: 0...30, using: &random), tids: $0 * 1000, using: &random) }
            let captures = parts.map { SlowCalls(rule: rule, calls: $0) }
            let left = captures[0].merged(with: captures[1]).merged(with: captures[2])
            #expect(left == SlowCalls(rule: rule, calls: parts.flatMap(\.self)), "round \(round)")
            #expect(left.calls.count == captures.reduce(0) { $0 + $1.calls.count } && left.unkept == 0)
            #expect(captures[2].merged(with: captures[0].merged(with: captures[1])) == left)
        }
    }

    @Test func `of two rules both hold`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(100) {
            let parts = (0..<2).map { calls(30, tids: $0 * 1000, using: &random) }
            let union = parts.flatMap(\.self)
            func merged(_ one: SlowCalls.Rule, _ other: SlowCalls.Rule) -> SlowCalls {
                let (one, other) = (SlowCalls(rule: one, calls: parts[0]), SlowCalls(rule: other, calls: parts[1]))
                #expect(one.merged(with: other) == other.merged(with: one))
                return one.merged(with: other)
            }
            #expect(Set(merged(.slowest(4), .slowest(2)).calls) == kept(union, slowest: 2))

            let (strict, loose) = (SlowThreshold(nanoseconds: 12), SlowThreshold(nanoseconds: 8))
            let write = SlowThreshold(call: "write", nanoseconds: 10)
            let both = merged(.slower([strict]), .slower([loose, write]))
            #expect(both.rule == .slower([strict, SlowThreshold(call: "write", nanoseconds: 12)]))
            #expect(Set(both.calls) == Set(union.filter { $0.durationNanoseconds >= 12 }))

            let one = merged(.slower([write]), .slower([loose]))
            #expect(one.rule == .slower([write]))
            #expect(Set(one.calls) == Set(union.filter { $0.id == Self.rows[1] && $0.durationNanoseconds >= 10 }))

            // The fast ones among the slowest are known of one capture only.
            let mixed = merged(.slowest(3), .slower([loose]))
            #expect(mixed.rule == .slowest(3))
            #expect(Set(mixed.calls) == kept(union.filter { $0.durationNanoseconds >= 8 }, slowest: 3))
        }
    }

    @Test func `counts of calls that found no room add up and stop at the largest number`() {
        func unkept(_ count: UInt64) -> SlowCalls { SlowCalls(rule: .slowest(1), unkept: count) }
        #expect(unkept(3).merged(with: unkept(4)).unkept == 7)
        #expect(unkept(.max).merged(with: unkept(4)).unkept == .max)
    }

    @Test func `one filter stays, and of two none holds for all calls`() {
        func kept(_ filter: SlowCallFilter) -> SlowCalls { SlowCalls(rule: .slowest(1), filter: filter) }
        let (nginx, failed) = (SlowCallFilter(comm: "nginx"), SlowCallFilter(errnos: [11]))
        #expect(kept(nginx).merged(with: kept(nginx)).filter == nginx)
        #expect(kept(nginx).merged(with: kept(failed)).filter.isEmpty)
        let merged = profile(kept(nginx)).merged(with: profile(kept(failed)))
        #expect(
            merged.capture.warnings.contains(
                "The profiles kept slow calls of different processes, threads or errors: those of all are listed."))
        #expect(profile(kept(nginx)).merged(with: profile(kept(nginx))).capture.warnings.isEmpty)
    }

    // MARK: Profiles

    private func profile(_ slowCalls: SlowCalls?) -> Profile {
        var profile = Profile.empty
        profile.slowCalls = slowCalls
        return profile
    }

    @Test func `profiles of one rule merge without a word`() {
        let (one, other) = (
            SlowCalls(rule: .slowest(1), calls: [call(took: 3)]), SlowCalls(rule: .slowest(1), calls: [call(took: 5)])
        )
        let sum = profile(one).merged(with: profile(other))
        #expect(sum.slowCalls == other && sum.capture.warnings.isEmpty)
        #expect(profile(nil).merged(with: profile(nil)).slowCalls == nil)
    }

    @Test func `slow calls of only some profiles are kept, with a warning`() {
        let slow = SlowCalls(rule: .slowest(1), calls: [call(took: 3)])
        for sum in [profile(slow).merged(with: profile(nil)), profile(nil).merged(with: profile(slow))] {
            #expect(sum.slowCalls == slow)
            #expect(
                sum.capture.warnings == [
                    "Only some of the profiles kept slow calls: the slow calls that are listed are from those alone."
                ])
            #expect(sum.merged(with: profile(nil)).capture.warnings.count == 1)
        }
        #expect(profile(nil).merged(with: profile(SlowCalls(rule: .slowest(1)))).capture.warnings.isEmpty)
    }

    @Test func `profiles of different rules merge with a warning`() {
        let sum = profile(SlowCalls(rule: .slowest(1))).merged(with: profile(SlowCalls(rule: .slowest(2))))
        #expect(sum.slowCalls?.rule == .slowest(1))
        #expect(
            sum.capture.warnings == ["The profiles kept slow calls by different rules: those that every rule keeps are listed."])
    }

    @Test func `a count of calls without room that doesn't fit is marked`() {
        let full = profile(SlowCalls(rule: .slowest(1), unkept: .max))
        #expect(full.merged(with: full).capture.warnings == ["Some counts or times exceed 2^64 and stop there: they are too low."])
    }
}
