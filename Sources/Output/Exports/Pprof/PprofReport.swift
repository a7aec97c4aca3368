import Compression
import PlainText
import Presentation
import SaturatingMath
package import Profile
import SyscallTable

/// Slow calls as a profile for pprof (`go tool pprof`), Speedscope, Grafana Pyroscope and whatever else reads its format: a gzip'ed message
/// of Protocol Buffers.
///
/// A sample is a stack: the functions of the program, the call, and the functions of the kernel in which it slept. Its values are how many
/// slow calls were made there, and how long they took.
///
/// Source: https://github.com/google/pprof/blob/main/proto/profile.proto
package enum PprofReport {
    /// The same profile always gives the same bytes. Without slow calls there are no samples.
    ///
    /// Complexity: O(n) in the frames of all stacks.
    package static func render(_ profile: Profile) -> [UInt8] {
        var tables = PprofTables()
        var message = ProtobufMessage()
        for (type, unit) in [("slow_calls", "count"), ("time", "nanoseconds")] {
            message.add(PprofField.sampleType, pair(tables.string(type), tables.string(unit)))
        }
        for sample in samples(of: profile, &tables) { message.add(PprofField.sample, sample) }
        message.add(PprofField.time, signed(profile.capture.startedAtNanoseconds))
        message.add(PprofField.duration, signed(profile.capture.durationNanoseconds))
        message.add(PprofField.comment, packed: comments(on: profile).map { tables.string($0) })
        message.add(PprofField.defaultSampleType, tables.string("time"))
        tables.write(to: &message)
        return Deflate.gzip(message.bytes)
    }

    // MARK: Samples

    private struct Sample: Hashable {
        /// The innermost first.
        var locations: [UInt64]
        /// Numbers of texts.
        var labels: [Label]
    }

    private struct Label: Hashable {
        var key, value: UInt64
    }

    /// A sample for all calls with the same stack and labels.
    private static func samples(of profile: Profile, _ tables: inout PprofTables) -> [ProtobufMessage] {
        var order: [Sample] = []
        var values: [Sample: (calls: UInt64, nanoseconds: UInt64)] = [:]
        for call in profile.slowCalls?.calls ?? [] {
            let sample = Sample(
                locations: locations(of: call, on: profile.host, &tables), labels: labels(of: call, on: profile.host, &tables))
            if values[sample] == nil { order.append(sample) }
            let known = values[sample] ?? (0, 0)
            values[sample] = (known.calls + 1, known.nanoseconds.addingSaturating(call.durationNanoseconds))
        }
        return order.map { sample in
            let value = values[sample] ?? (0, 0)
            var message = ProtobufMessage()
            message.add(1, packed: sample.locations)
            message.add(2, packed: [signed(value.calls), signed(value.nanoseconds)])
            for label in sample.labels { message.add(3, pair(label.key, label.value)) }
            return message
        }
    }

    private static func locations(of call: SlowCall, on host: Host, _ tables: inout PprofTables) -> [UInt64] {
        // pprof takes the file that comes first for the program.
        var outermostFirst = call.details.userStack.reversed().map { tables.location(of: $0, in: .user) }
        outermostFirst.append(tables.location(ofCall: call.id.label(on: host)))
        outermostFirst += call.details.kernelStack.reversed().map { tables.location(of: $0, in: .kernel) }
        return outermostFirst.reversed()
    }

    private static func labels(of call: SlowCall, on host: Host, _ tables: inout PprofTables) -> [Label] {
        let all: [(String, String?)] = [
            ("syscall", call.id.label(on: host)), ("comm", call.comm), ("thread", call.thread), ("file", call.details.file),
            ("outcome", call.outcome.name), ("error", call.errno.map(ErrnoTable.name)),
        ]
        return all.compactMap { key, value in
            guard let value, !value.isEmpty else { return nil }
            return Label(key: tables.string(key), value: tables.string(value))
        }
    }

    // MARK: Parts

    /// What it is, for `go tool pprof -comments`.
    private static func comments(on profile: Profile) -> [String] {
        let tool = profile.tool.hasPrefix("syslat") ? profile.tool : "syslat \(profile.tool)"
        let kept = profile.slowCalls.map { "\($0.title): \(HumanFormat.count(UInt64($0.calls.count)))." }
        let sampled = profile.capture.sampling.map { "\(SamplingText.mark($0)). \(SamplingText.explanation)" }
        return ["\(tool): \(profile.capture.scope)", kept ?? "No slow calls were to be kept."]
            + [profile.slowCalls?.missing, sampled].compactMap { $0 }
    }

    /// A message of two numbers, as ValueType and Label begin.
    private static func pair(_ first: UInt64, _ second: UInt64) -> ProtobufMessage {
        var message = ProtobufMessage()
        message.add(1, first)
        message.add(2, second)
        return message
    }

    /// The format has signed numbers of 64 bits.
    private static func signed(_ value: UInt64) -> UInt64 { min(value, UInt64(Int64.max)) }
}

/// The fields of the message Profile.
enum PprofField {
    static let sampleType: UInt64 = 1
    static let sample: UInt64 = 2
    static let mapping: UInt64 = 3
    static let location: UInt64 = 4
    static let function: UInt64 = 5
    static let string: UInt64 = 6
    static let time: UInt64 = 9
    static let duration: UInt64 = 10
    static let comment: UInt64 = 13
    static let defaultSampleType: UInt64 = 14
}
