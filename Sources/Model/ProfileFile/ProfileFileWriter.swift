import Compression
import Crypto
import FoundationEssentials
import PlainText
package import Profile
import ProfileSchema

/// Writes a profile as the lines of a profile file; Documentation/formats.md has the grammar.
///
/// A profile without a time series is written at once by ``text(of:)``. One with a time series is written as it grows:
/// ``begin(_:)``, ``append(_:)`` for each interval, ``finish(_:)``. The lines are handed to the caller, who owns the file.
package struct ProfileFileWriter {
    private var hash = SHA256()
    private let encoder: JSONEncoder
    private let longestLine: Int
    private var hasIntervals = false
    /// The series that packed ones may refer to, by place; nil where series are not packed.
    private var names: [SeriesName: Int]?

    /// - Parameters:
    ///   - longestLine: the bytes above which a line is written without details of calls.
    ///   - packsSeries: whether series take as little room as they can. Readers of version 2 don't know such files.
    package init(longestLine: Int = ProfileFileReader.longestLine, packsSeries: Bool = false) {
        self.longestLine = longestLine
        names = packsSeries ? [:] : nil
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// The whole file.
    package static func text(of profile: Profile, packsSeries: Bool = false) throws -> [UInt8] {
        var writer = ProfileFileWriter(packsSeries: packsSeries)
        var bytes = try writer.begin(profile)
        for interval in profile.intervals { bytes += try writer.append(interval) }
        return try bytes + writer.finish(profile)
    }

    /// Lines in a form that takes a fraction of the room: what comes of it, piece behind piece, is a file that gzip(1) and
    /// ``ProfileFileReader`` read.
    package static func compressed(_ lines: [UInt8]) -> [UInt8] { Deflate.gzip(lines, effort: .quick) }

    /// The first line: whose profile it is. What is not known yet, such as the duration, is said again at the end.
    package mutating func begin(_ profile: Profile) throws -> [UInt8] {
        // The version comes first: `head -c` and file(1) can tell what the file is.
        let rest = PlainText.json(Array(try encoder.encode(FirstLine(profile)))).dropFirst()
        let version = names == nil ? FileLine.version : FileLine.packedVersion
        return count(Array("{\"\(TopKey.version.rawValue)\":\(version),".utf8) + rest)
    }

    /// One interval: valid from its last line on, whatever happens to the rest of the file.
    package mutating func append(_ interval: Interval) throws -> [UInt8] {
        hasIntervals = true
        let bytes =
            try line(.interval, IntervalPart(interval), orShorter: IntervalPart(interval.withoutDetails)) + lines(interval.calls)
        let series = interval.calls.reduce(0) { $0 + $1.series.count }
        return try bytes + line(.endInterval, EndIntervalPart(series: series, sha256: digest()))
    }

    /// All the rest, to the line with the hash of the file. The calls of a time series have been written with its intervals.
    package mutating func finish(_ profile: Profile) throws -> [UInt8] {
        var bytes = try hasIntervals ? line(.capture, CapturePart(profile.capture)) : lines(profile.calls)
        for process in profile.processes { bytes += try line(.process, ProcessPart(process)) }
        if let groups = profile.groups {
            for group in groups.groups { bytes += try line(.group, GroupPart(group, of: groups.kind)) }
        }
        for call in profile.inFlight {
            bytes += try line(.inFlight, InFlightPart(call), orShorter: InFlightPart(call.withoutDetails))
        }
        for refused in profile.refused { bytes += try line(.refused, RefusedPart(refused)) }
        if let slowCalls = profile.slowCalls { bytes += try lines(slowCalls) }
        if let vdso = profile.vdso { bytes += try lines(vdso) }
        if let workload = profile.workload { bytes += try lines(workload) }
        if let requests = profile.requests { bytes += try line(.requests, RequestsPart(requests)) }
        bytes += try line(.balance, BalancePart(profile.balance))
        return try bytes + line(.sha256, digest())
    }

    private mutating func lines(_ calls: [CallProfile]) throws -> [UInt8] {
        var bytes = names == nil ? [] : try packed(calls)
        for call in calls {
            if names == nil {
                for series in call.series { bytes += try line(.series, SeriesPart(series, of: call.id)) }
            }
            if !call.errnos.isEmpty { bytes += try line(.errnos, ErrnosPart(call)) }
            if let afterExit = call.afterExit { bytes += try line(.afterExit, AfterExitPart(afterExit, of: call.id)) }
        }
        return bytes
    }

    /// All series of some calls, with the names that are new in the file before them.
    private mutating func packed(_ calls: [CallProfile]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var (parts, new): ([PackedSeriesPart], [SeriesNamePart]) = ([], [])
        func lines(_ writer: inout Self) throws {
            if !new.isEmpty { bytes += try writer.line(.seriesNames, new) }
            if !parts.isEmpty { bytes += writer.count(PackedSeriesPart.line(parts)) }
            (parts, new) = ([], [])
        }
        for call in calls {
            for series in call.series {
                let name = SeriesName(id: call.id, outcome: series.outcome, failed: series.failed)
                let place = names?[name] ?? names?.count ?? 0
                if names?.updateValue(place, forKey: name) == nil { new.append(SeriesNamePart(name)) }
                parts.append(PackedSeriesPart(series, name: place))
                if parts.count == PackedSeriesPart.mostInLine { try lines(&self) }
            }
        }
        try lines(&self)
        return bytes
    }

    private mutating func lines(_ slowCalls: SlowCalls) throws -> [UInt8] {
        var bytes = try line(.slowCalls, SlowCallsPart(slowCalls))
        for call in slowCalls.calls {
            bytes += try line(.slowCall, SlowCallPart(call), orShorter: SlowCallPart(call.withoutDetails))
        }
        return bytes
    }

    private mutating func lines(_ vdso: VDSOProfile) throws -> [UInt8] {
        var bytes = try line(.vdso, VDSOPart(vdso))
        for entry in vdso.entered { bytes += try line(.vdsoEntered, VDSOEnteredPart(entry)) }
        for estimate in vdso.served { bytes += try line(.vdsoServed, VDSOServedPart(estimate)) }
        for count in vdso.vsyscalls { bytes += try line(.vdsoVsyscall, VDSOVsyscallPart(count)) }
        return bytes
    }

    private mutating func lines(_ workload: WorkloadResult) throws -> [UInt8] {
        var bytes = try line(.workload, WorkloadPart(workload))
        for item in workload.cases { bytes += try line(.workloadCase, WorkloadCasePart(item, withSeries: true)) }
        return bytes
    }

    private struct FirstLine: Encodable {
        let profile: Profile

        init(_ profile: Profile) { self.profile = profile }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: TopKey.self)
            try container.encode(profile.tool, forKey: .tool)
            try container.encode(HostPart(profile.host), forKey: .host)
            try container.encode(CapturePart(profile.capture), forKey: .capture)
        }
    }

    private mutating func line(_ key: TopKey, _ part: some Encodable) throws -> [UInt8] { count(try text(key, part)) }

    /// A line with details of calls; without them if it would be longer than readers take. Stacks of names without end get there.
    private mutating func line<Part: Encodable>(
        _ key: TopKey, _ part: Part, orShorter shorter: @autoclosure () -> Part
    ) throws -> [UInt8] {
        let whole = try text(key, part)
        return count(whole.count <= longestLine ? whole : try text(key, shorter()))
    }

    private func text(_ key: TopKey, _ part: some Encodable) throws -> [UInt8] {
        PlainText.json(Array(try encoder.encode([key.rawValue: part])))
    }

    /// Ends a line and counts it into the hash.
    private mutating func count(_ line: [UInt8]) -> [UInt8] {
        let bytes = line + [UInt8(ascii: "\n")]
        hash.update(data: bytes)
        return bytes
    }

    /// The hash of everything so far, in hexadecimal.
    private func digest() -> String { hash.finalize().hexadecimal }
}

extension Interval {
    fileprivate var withoutDetails: Interval {
        var interval = self
        interval.inFlight?.calls = inFlight?.calls.map(\.withoutDetails) ?? []
        return interval
    }
}

extension InFlightCall {
    fileprivate var withoutDetails: InFlightCall {
        var call = self
        call.details = nil
        return call
    }
}

extension SlowCall {
    fileprivate var withoutDetails: SlowCall {
        var call = self
        call.details = CallDetails()
        return call
    }
}

extension Sequence<UInt8> {
    /// Two lower-case digits a byte.
    var hexadecimal: String {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
        var text: [UInt8] = []
        text.reserveCapacity(2 * underestimatedCount)
        for byte in self {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
