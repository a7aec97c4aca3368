import Crypto
import FoundationEssentials
package import Profile

/// Writes a profile as the lines of a profile file; see ``FileLine`` for the grammar.
///
/// A profile without a time series is written at once by ``text(of:)``. One with a time series is written as it grows:
/// ``begin(_:)``, ``append(_:)`` for each interval, ``finish(_:)``. The lines are handed to the caller, who owns the file.
package struct ProfileFileWriter {
    private var hash = SHA256()
    private let encoder: JSONEncoder
    private var hasIntervals = false

    package init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// The whole file.
    package static func text(of profile: Profile) throws -> [UInt8] {
        var writer = ProfileFileWriter()
        var bytes = try writer.begin(profile)
        for interval in profile.intervals { bytes += try writer.append(interval) }
        return try bytes + writer.finish(profile)
    }

    /// The first line: whose profile it is. What is not known yet, such as the duration, is said again at the end.
    package mutating func begin(_ profile: Profile) throws -> [UInt8] {
        var line = FileLine()
        line.tool = profile.tool
        line.host = HostLine(profile.host)
        line.capture = CaptureLine(profile.capture)
        // The version stands first, so that `head -c` and file(1) can tell what the file is.
        let rest = try encoder.encode(line).dropFirst()
        return count(Array("{\"syslat-profile\":\(FileLine.majorVersion),".utf8) + rest)
    }

    /// One interval: valid from its last line on, whatever happens to the rest of the file.
    package mutating func append(_ interval: Interval) throws -> [UInt8] {
        hasIntervals = true
        var first = FileLine()
        first.interval = IntervalLine(start: interval.startNanoseconds, duration: interval.durationNanoseconds)
        var bytes = try encode(first) + encode(interval.calls)
        var last = FileLine()
        let series = interval.calls.reduce(0) { $0 + $1.series.count }
        last.endInterval = EndIntervalLine(series: series, sha256: digest())
        bytes += try encode(last)
        return bytes
    }

    /// All the rest, to the line with the hash of the file. The calls of a time series have been written with its intervals.
    package mutating func finish(_ profile: Profile) throws -> [UInt8] {
        var bytes: [UInt8] = []
        if !hasIntervals {
            bytes += try encode(profile.calls)
        } else {
            var capture = FileLine()
            capture.capture = CaptureLine(profile.capture)
            bytes += try encode(capture)
        }
        for process in profile.processes {
            var line = FileLine()
            line.process = ProcessLine(process)
            bytes += try encode(line)
        }
        for call in profile.inFlight {
            var line = FileLine()
            line.inFlight = InFlightLine(call)
            bytes += try encode(line)
        }
        if let vdso = profile.vdso { bytes += try encode(vdso) }
        if let workload = profile.workload { bytes += try encode(workload) }
        var balance = FileLine()
        balance.balance = BalanceLine(profile.balance)
        bytes += try encode(balance)
        var last = FileLine()
        last.sha256 = digest()
        return try bytes + encode(last)
    }

    private mutating func encode(_ calls: [CallProfile]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for call in calls {
            for series in call.series {
                var line = FileLine()
                line.series = SeriesLine(series, of: call.id)
                bytes += try encode(line)
            }
            guard !call.errnos.isEmpty else { continue }
            var line = FileLine()
            line.errnos = ErrnosLine(call)
            bytes += try encode(line)
        }
        return bytes
    }

    private mutating func encode(_ vdso: VDSOProfile) throws -> [UInt8] {
        var head = FileLine()
        head.vdso = VDSOLine(vdso)
        var bytes = try encode(head)
        for entry in vdso.entered {
            var line = FileLine()
            line.vdsoEntered = VDSOEnteredLine(entry)
            bytes += try encode(line)
        }
        for estimate in vdso.served {
            var line = FileLine()
            line.vdsoServed = VDSOServedLine(estimate)
            bytes += try encode(line)
        }
        for count in vdso.vsyscalls {
            var line = FileLine()
            line.vdsoVsyscall = VDSOVsyscallLine(count)
            bytes += try encode(line)
        }
        return bytes
    }

    private mutating func encode(_ workload: WorkloadResult) throws -> [UInt8] {
        var head = FileLine()
        head.workload = WorkloadLine(workload)
        var bytes = try encode(head)
        for item in workload.cases {
            var line = FileLine()
            line.workloadCase = WorkloadCaseLine(item)
            bytes += try encode(line)
        }
        return bytes
    }

    private mutating func encode(_ line: FileLine) throws -> [UInt8] { count(Array(try encoder.encode(line))) }

    /// Ends a line and counts it into the hash.
    private mutating func count(_ line: [UInt8]) -> [UInt8] {
        let bytes = line + [UInt8(ascii: "\n")]
        hash.update(data: bytes)
        return bytes
    }

    /// The hash of everything so far, in hexadecimal.
    private func digest() -> String { hash.finalize().hexadecimal }
}

extension Sequence<UInt8> {
    /// Two lower-case digits a byte.
    var hexadecimal: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
