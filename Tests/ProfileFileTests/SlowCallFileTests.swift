import PlainText
import Profile
import ProfileFile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

/// The lines about slow calls, and the details of calls in flight.
@Suite struct SlowCallFileTests {
    private static func lines(_ profile: Profile) throws -> [String] {
        String(decoding: try ProfileFileWriter.text(of: profile), as: UTF8.self).split(separator: "\n").dropLast().map(String.init)
    }

    /// The error of reading the fixture with a part of its lines that begin with a name replaced, and a hash that fits.
    private func complaint(
        _ profile: Profile = Fixtures.slowProfile, _ name: String = "slow_call", replacing old: String, with new: String
    ) throws -> String {
        var lines = try Self.lines(profile)
        let line = try #require(lines.firstIndex { $0.hasPrefix("{\"\(name)\":") && $0.contains(old) })
        lines[line] = lines[line].replacing(old, with: new, maxReplacements: 1)
        return complaint(lines)
    }

    private func complaint(_ lines: [String]) -> String {
        do {
            _ = try ProfileFileReader.read(Signed.file(lines), path: "f")
            return ""
        } catch {
            return String(error.description.trimmingPrefix(#/f, line \d+: /#))
        }
    }

    @Test(arguments: [Fixtures.slowCalls, Fixtures.slowCallsByThreshold])
    func `slow calls and the details of calls in flight come back from a file`(slowCalls: SlowCalls) throws {
        var profile = Fixtures.slowProfile
        profile.slowCalls = slowCalls
        profile.intervals = [
            Interval(
                startNanoseconds: 0, durationNanoseconds: 1, startedAtNanoseconds: 2, calls: profile.calls,
                inFlight: CallsInFlight(calls: profile.inFlight))
        ]
        let read = try ProfileFileReader.read(ProfileFileWriter.text(of: profile), path: "f")
        #expect(read == profile)
        try #require(read.slowCalls?.calls.count == slowCalls.calls.count && slowCalls.calls.count > 3)
        #expect(read.inFlight.contains { $0.details != nil } && read.inFlight.contains { $0.details == nil })
    }

    @Test func `bytes that are no UTF-8 come back from names, paths and stacks`() throws {
        let bytes: [UInt8] = [0x2f, 0xff, 0xc3, 0x28, 0x1b, 0x5b, 0x80]
        let name = ExactText.string(bytes)
        var slow = try #require(Fixtures.slowCalls.calls.first)
        (slow.comm, slow.thread) = (name, name + "t")
        slow.details = CallDetails(
            descriptors: [DescriptorArgument(argument: 0, name: name, device: 0, inode: 0)],
            paths: [PathArgument(argument: 5, text: name)], userStack: [StackFrame(function: name, file: name, offset: 0)])
        var profile = Fixtures.slowProfile
        profile.slowCalls = SlowCalls(rule: .slowest(1), calls: [slow])
        let read = try ProfileFileReader.read(ProfileFileWriter.text(of: profile), path: "f")
        let call = try #require(read.slowCalls?.calls.first)
        #expect(call == slow)
        #expect(ExactText.bytes(call.details.paths.first?.text ?? "") == bytes)
    }

    @Test func `a call without known arguments has details, and one that nobody looked at has none`() throws {
        var profile = Fixtures.slowProfile
        profile.inFlight[1].details = CallDetails()
        profile.inFlight[2].details = nil
        let read = try ProfileFileReader.read(ProfileFileWriter.text(of: profile), path: "f")
        #expect(read.inFlight[1].details == CallDetails() && read.inFlight[2].details == nil)
    }

    /// A file whose calls nobody can read any more is worse than one without details.
    @Test func `details that would make a line too long for readers are left out`() throws {
        let endless = StackFrame(function: String(repeating: "f", count: 100), offset: 1)
        let details = CallDetails(userStack: Array(repeating: endless, count: CallDetails.mostFrames))
        var profile = Fixtures.slowProfile
        profile.inFlight[0].details = details
        var slow = try #require(Fixtures.slowCalls.calls.first)
        slow.details = details
        profile.slowCalls = SlowCalls(rule: .slowest(3), calls: Fixtures.slowCalls.calls.dropFirst() + [slow])
        profile.intervals = [
            Interval(
                startNanoseconds: 0, durationNanoseconds: 1, startedAtNanoseconds: 2, calls: profile.calls,
                inFlight: CallsInFlight(calls: profile.inFlight, omitted: 3))
        ]
        var writer = ProfileFileWriter(longestLine: 5000)
        let bytes = try writer.begin(profile) + writer.append(profile.intervals[0]) + writer.finish(profile)
        let read = try ProfileFileReader.read(bytes, path: "f")
        #expect(read.inFlight.map { $0.details != nil } == [false, true, false])
        #expect(read.intervals[0].inFlight?.calls.map(\.details) == [nil, nil, nil])
        #expect(read.intervals[0].inFlight?.omitted == 3)
        let calls = try #require(read.slowCalls?.calls)
        slow.details = CallDetails()
        #expect(calls.first == slow && Array(calls.dropFirst()) == Array(Fixtures.slowCalls.calls.dropFirst()))
    }

    @Test(arguments: [
        ("\"outcome\":\"blocked\"", "\"outcome\":\"flew\"", "'flew' is not an outcome of a call"),
        ("\"abi\":\"x86_64\"", "\"abi\":\"sparc\"", "'sparc' is not an ABI that syslat knows"),
        (
            "\"duration_ns\":1000093127", "\"duration_ns\":18446744073709551615",
            "a call that began at 1772368499789123456 ns can't have taken 18446744073709551615 ns"
        ),
        (
            "\"0x89\",", "", "a call has 6 arguments, or none that are known, not 5"
        ),
        ("\"0x89\"", "\"0x10000000000000000\"", "'0x10000000000000000' is not a number of 64 bits in hexadecimal, such as 0x1f"),
        ("\"0x89\"", "\"137\"", "'137' is not a number of 64 bits in hexadecimal, such as 0x1f"),
        ("\"0x89\"", "\"0x\"", "'0x' is not a number of 64 bits in hexadecimal, such as 0x1f"),
        ("\"0x89\"", "\"0x+8\"", "'0x+8' is not a number of 64 bits in hexadecimal, such as 0x1f"),
        ("\"argument\":0", "\"argument\":6", "arguments are counted from 0 to 5; there is none 6"),
        ("\"argument\":1", "\"argument\":-1", "arguments are counted from 0 to 5; there is none -1"),
        ("\"device\":\"253:1\"", "\"device\":\"4096:1\"", "'4096:1' is not a device"),
        ("\"device\":\"253:1\"", "\"device\":\"8:1:2\"", "'8:1:2' is not a device"),
        ("\"device\":\"253:1\"", "\"device\":\"8\"", "'8' is not a device"),
        ("\"build_id\":\"58254c", "\"build_id\":\"../254c", "'../254ca972fe678abcc1ac66e0f22c0b7a8d3f11' is not a build id"),
        ("\"build_id\":\"58254c", "\"build_id\":\"8254c", "'8254ca972fe678abcc1ac66e0f22c0b7a8d3f11' is not a build id"),
        (
            "\"result\":-110", "\"result\":18446744073709551615",
            "this is not valid JSON, or a number in it is negative, broken or too large"
        ),
        ("\"comm\":\"postgres\",", "", "'comm' is missing at .slow_call"),
    ])
    func `a malformed slow call is refused`(old: String, new: String, reason: String) throws {
        #expect(try complaint(replacing: old, with: new) == reason)
    }

    @Test(arguments: [
        ("{\"slowest\":3}", "{\"slowest\":0}", "1 to 1000 of the slowest calls are kept, not 0"),
        ("{\"slowest\":3}", "{\"slowest\":1001}", "1 to 1000 of the slowest calls are kept, not 1001"),
        ("{\"slowest\":3}", "{}", "the rule of the slow calls is either 'slowest' or 'slower_ns'"),
        ("{\"slowest\":3}", "{\"slowest\":3,\"slower_ns\":{}}", "the rule of the slow calls is either 'slowest' or 'slower_ns'"),
        ("{\"slowest\":3}", "{\"slower_ns\":{\"*\":0}}", "a threshold is 1 ns or more and less than 2^42 ns, not 0 ns"),
        (
            "{\"slowest\":3}", "{\"slower_ns\":{\"read\":4398046511104}}",
            "a threshold is 1 ns or more and less than 2^42 ns, not 4398046511104 ns"
        ),
        (
            "{\"slowest\":3}", "{\"slower_ns\":{\"read\":1}}",
            "a call of x86_64:futex that took 1000093127 ns is not slow by the rule"
        ),
        (
            "{\"slowest\":3}", "{\"slower_ns\":{\"*\":940211}}",
            "a call of x86_64:execve that took 940210 ns is not slow by the rule"
        ),
        ("{\"slowest\":3}", "{\"slowest\":2}", "there are more than the 2 slowest calls of x86_64:fsync"),
        ("\"unkept\":2", "\"unkept\":-2", "this is not valid JSON, or a number in it is negative, broken or too large"),
    ])
    func `a malformed or contradictory rule is refused`(old: String, new: String, reason: String) throws {
        #expect(try complaint(Fixtures.slowProfile, "slow_calls", replacing: old, with: new) == reason)
    }

    @Test(arguments: [
        SlowCallFilter(comm: "post*"), SlowCallFilter(tids: [1, .max]), SlowCallFilter(errnos: [11, 4095]),
        SlowCallFilter(leastNanoseconds: 1 << 41),
        SlowCallFilter(comm: ExactText.string([0xff, 0x2a]), tids: [7], errnos: [2], leastNanoseconds: 1),
    ])
    func `the filter of slow calls comes back from a file`(filter: SlowCallFilter) throws {
        var profile = Fixtures.slowProfile
        profile.slowCalls = SlowCalls(rule: .slowest(3), filter: filter, calls: Fixtures.slowCalls.calls)
        let read = try ProfileFileReader.read(ProfileFileWriter.text(of: profile), path: "f")
        #expect(read == profile && read.slowCalls?.filter == filter)
    }

    @Test func `a filter that no capture can have had is refused`() throws {
        func complaint(_ filter: String) throws -> String {
            try self.complaint(
                Fixtures.slowProfile, "slow_calls", replacing: "{\"slowest\":3}", with: "{\"slowest\":3},\"filter\":\(filter)")
        }
        let ids = (1...17).map(String.init).joined(separator: ",")
        let tooMany = "slow calls are chosen by at most 16 threads or errors"
        #expect(try complaint("{\"tids\":[\(ids)]}") == tooMany)
        #expect(try complaint("{\"errnos\":[\(ids)]}") == tooMany)
        #expect(
            try complaint("{\"at_least_ns\":-1}") == "this is not valid JSON, or a number in it is negative, broken or too large")
        #expect(try complaint("{}") == "")
    }

    @Test func `too many thresholds are refused`() throws {
        let thresholds = (0...1024).map { "\"call_\($0)\":1" }.joined(separator: ",")
        let rule = "{\"slower_ns\":{\(thresholds)}}"
        #expect(
            try complaint(Fixtures.slowProfile, "slow_calls", replacing: "{\"slowest\":3}", with: rule)
                == "1025 calls have thresholds")
    }

    @Test func `a stack of more than 256 functions is refused`() throws {
        let frames = String(repeating: "{\"offset\":\"0x1\"},", count: 256)
        for stack in ["user_stack", "kernel_stack"] {
            #expect(
                try complaint(replacing: "\"\(stack)\":[", with: "\"\(stack)\":[\(frames)").hasSuffix(
                    " functions, and 256 at most are kept"))
        }
    }

    @Test func `more slow calls than are kept are refused`() throws {
        var profile = Fixtures.slowProfile
        let slowCalls = SlowCalls(rule: .slower([SlowThreshold(nanoseconds: 1)]), calls: Fixtures.slowCalls.calls)
        profile.slowCalls = slowCalls
        var lines = try Self.lines(profile)
        // The shortest of them.
        let call = try #require(lines.lastIndex { $0.hasPrefix("{\"slow_call\":") })
        lines.insert(contentsOf: Array(repeating: lines[call], count: SlowCalls.limit - slowCalls.calls.count), at: call)
        #expect(complaint(lines) == "")
        lines.insert(lines[call], at: call)
        #expect(complaint(lines) == "there are more than 10000 slow calls")
    }

    @Test func `slow calls without their rule and a second rule are refused`() throws {
        let lines = try Self.lines(Fixtures.slowProfile)
        let rule = try #require(lines.firstIndex { $0.hasPrefix("{\"slow_calls\":") })
        var changed = lines
        changed.remove(at: rule)
        #expect(complaint(changed) == "a slow call comes before the rule of the slow calls")
        changed = lines
        changed.insert(lines[rule], at: rule)
        #expect(complaint(changed) == "the rule of the slow calls is there twice")
    }

    @Test func `details of a call in flight are checked too`() throws {
        #expect(
            try complaint(Fixtures.slowProfile, "in_flight", replacing: "\"argument\":0", with: "\"argument\":9")
                == "arguments are counted from 0 to 5; there is none 9")
    }

    @Test func `randomly damaged lines are refused or read as a whole profile`() throws {
        var random = SeededGenerator.fromEnvironment()
        let whole = Array(try Self.lines(Fixtures.slowProfile).joined(separator: "\n").utf8)
        let first = try #require(whole.firstRange(of: Array("{\"in_flight\"".utf8))).lowerBound
        for _ in 0..<rounds(200) {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: first..<bytes.count, using: &random)] =
                    Bool.random(using: &random)
                    ? .random(in: 0...255, using: &random) : Array("0123456789-,:{}[]\"".utf8).randomElement(using: &random) ?? 0
            }
            try expectProfileOrRefusal(Signed.file(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)))
        }
    }
}
