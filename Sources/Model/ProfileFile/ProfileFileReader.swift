import Compression
import SaturatingMath
import Crypto
package import Profile
import ProfileSchema
import SyscallTable

/// Reads a profile file line by line, compressed by gzip or not. Whatever the file holds, the answer is a profile or an error with the
/// line.
package struct ProfileFileReader {
    /// No line that syslat writes comes near; a longer one is not read into memory.
    package static let longestLine = 16 << 20
    /// No file that syslat compresses holds more. A few bytes of others can stand for any number.
    static let mostUnpacked = 4 << 30

    private let path: String
    private var hash = SHA256()
    private var lineNumber = 0
    private var draft = Draft()
    private var isFinished = false
    /// The capture as the first line has it.
    private var firstCapture: CaptureSummary?
    /// The part of a line that has come without its end.
    private var pending: [UInt8] = []
    /// Of a file that is compressed.
    private var gunzip: Gunzip?
    private var hasBegun = false
    private var unpacked = 0

    /// The profile as far as it has been read.
    private struct Draft {
        var tool: String?
        var host: Host?
        var capture: CaptureSummary?
        var calls = CallDrafts()
        /// What packed series refer to.
        var names: [SeriesName] = []
        var processes: [ProcessProfile] = []
        var groups: CallGroups?
        var inFlight: [InFlightCall] = []
        var refused: [RefusedCalls] = []
        var slowCalls = SlowCallsDraft()
        var vdso = VDSODraft()
        var workload = WorkloadDraft()
        var requests: Balance?
        var balance: Balance?
        var intervals: [Interval] = []
        var openInterval: Interval?

        mutating func take(_ part: (kind: CallGroups.Kind, group: CallGroup)) throws(ProfileDefect) {
            guard groups.map({ $0.kind == part.kind }) ?? true else { throw ProfileDefect("there are groups of two kinds") }
            groups = groups ?? CallGroups(kind: part.kind, groups: [])
            groups?.groups.append(part.group)
        }
    }

    /// - Parameter path: how errors name the file.
    package init(path: String) { self.path = path }

    /// Reads all of a file that is in memory.
    package static func read(_ bytes: [UInt8], path: String) throws(ProfileFileError) -> Profile {
        var reader = ProfileFileReader(path: path)
        try reader.take(bytes[...])
        return try reader.finish()
    }

    /// Takes the next bytes of the file.
    package mutating func take(_ bytes: ArraySlice<UInt8>) throws(ProfileFileError) {
        if !hasBegun, let first = bytes.first {
            hasBegun = true
            if first == Gunzip.firstByte { gunzip = Gunzip() }
        }
        guard let gunzip else { return try takeText(bytes) }
        do { try gunzip.take(bytes) { try takeUnpacked($0) } } catch let error as ProfileFileError { throw error } catch {
            throw lineNumber == 0 ? notAProfile() : defect("the compressed file is damaged behind this line. Use a good copy.")
        }
    }

    private mutating func takeUnpacked(_ bytes: ArraySlice<UInt8>) throws(ProfileFileError) {
        unpacked += bytes.count
        guard unpacked <= ProfileFileReader.mostUnpacked else {
            throw defect(
                "the compressed file holds more than \(ProfileFileReader.mostUnpacked >> 30) GiB; no file that syslat writes does")
        }
        try takeText(bytes)
    }

    private mutating func takeText(_ bytes: ArraySlice<UInt8>) throws(ProfileFileError) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = pending.isEmpty ? Array(rest[..<end]) : pending + rest[..<end]
            pending = []
            rest = rest[(end + 1)...]
            lineNumber += 1
            guard line.count <= ProfileFileReader.longestLine else { throw tooLong() }
            try takeLine(line)
        }
        pending += rest
        if pending.count > ProfileFileReader.longestLine {
            lineNumber += 1
            throw tooLong()
        }
    }

    /// The profile. A file that ends early is an error, unless it is a time series with a finished interval: then it is the
    /// profile up to there, with a warning.
    package mutating func finish() throws(ProfileFileError) -> Profile {
        if isFinished && pending.isEmpty { return try profile(of: draft) }
        guard lineNumber > 0 || !pending.isEmpty else {
            throw ProfileFileError(
                path, "the file is empty, so it isn't a profile. `syslat profile -o FILE` writes one.", isTooShort: true)
        }
        // What is compressed can't be told before its first line is whole.
        if lineNumber == 0, gunzip == nil { throw defect(pending.isEmpty ? "" : "this is not a syslat profile", line: 1) }
        guard var partial = finishedIntervals else {
            throw ProfileFileError(
                path, line: max(1, lineNumber),
                "the file ends here, before its last line: it was cut off. Take the whole file, or capture again.", isTooShort: true
            )
        }
        let covered = partial.intervals.last.map { $0.startNanoseconds.addingSaturating($0.durationNanoseconds) } ?? 0
        partial.capture?.durationNanoseconds = covered
        partial.capture?.warnings.append(
            "The file \(path) is incomplete: it ends after \(partial.intervals.count) finished "
                + (partial.intervals.count == 1 ? "interval, " : "intervals, ")
                + "without processes, calls in flight and a balance of its own.")
        let calls = partial.intervals.lazy.flatMap(\.calls)
        partial.balance = ProfileFileReader.balance(of: calls.filter { $0.id.abi != .ioUring })
        let requests = ProfileFileReader.balance(of: calls.filter { $0.id.abi == .ioUring })
        partial.requests = requests.entered > 0 ? requests : nil
        return try profile(of: partial)
    }

    /// What is complete of a time series that breaks off; nil without a finished interval.
    private var finishedIntervals: Draft? {
        guard !draft.intervals.isEmpty else { return nil }
        var finished = Draft()
        (finished.tool, finished.host, finished.capture) = (draft.tool, draft.host, firstCapture)
        finished.intervals = draft.intervals
        return finished
    }

    /// What is known of calls without a balance of their own: that they completed.
    private static func balance(of calls: some Sequence<CallProfile>) -> Balance {
        let completed = calls.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
        return Balance(entered: completed, completed: completed, inFlight: 0, neverReturned: 0, lostByCause: [:])
    }

    // MARK: Lines

    private mutating func takeLine(_ line: [UInt8]) throws(ProfileFileError) {
        if isFinished { throw defect("there is more after the line with the hash; two files in one aren't a profile") }
        let parsed = try parse(line)
        if lineNumber == 1 { try checkFirst(parsed) }
        if let stated = parsed.sha256 {
            try check(stated)
            isFinished = true
            return
        }
        if let end = parsed.endInterval {
            try check(end.sha256)
            try closeInterval(end)
        } else {
            do throws(ProfileDefect) { try take(parsed) } catch { throw defect(error.reason) }
        }
        hash.update(data: line)
        hash.update(data: [UInt8(ascii: "\n")])
    }

    private func parse(_ line: [UInt8]) throws(ProfileFileError) -> FileLine {
        guard line.first == UInt8(ascii: "{") else { throw notAProfile() }
        do {
            return try FileLine.read(line)
        } catch {
            if lineNumber == 1 { throw notAProfile() }
            throw defect(ProfileFileReader.sentence(error))
        }
    }

    private func checkFirst(_ line: FileLine) throws(ProfileFileError) {
        guard let version = line.version else { throw notAProfile() }
        let readable = FileLine.readableVersions
        guard readable.contains(version) else {
            throw defect(
                "the file has version \(version), and this syslat reads versions \(readable.lowerBound) to \(readable.upperBound). "
                    + (version > readable.upperBound ? "Use a newer syslat." : "There never was such a version."))
        }
        guard line.tool != nil, line.host != nil, line.capture != nil else {
            throw defect("the first line lacks its tool, host or capture")
        }
    }

    private mutating func take(_ line: FileLine) throws(ProfileDefect) {
        if let tool = line.tool { draft.tool = tool }
        if let host = line.host { draft.host = host.host }
        if let capture = line.capture {
            draft.capture = try capture.decoded()
            firstCapture = firstCapture ?? draft.capture
        }
        if let interval = line.interval {
            guard draft.openInterval == nil else { throw ProfileDefect("an interval begins before the last one has ended") }
            guard draft.calls.isEmpty else { throw ProfileDefect("an interval begins after series that belong to none") }
            draft.openInterval = try interval.decoded(captureStart: draft.capture?.startedAtNanoseconds)
        }
        if let series = line.series { try draft.calls.add(series.decoded()) }
        for name in line.seriesNames ?? [] { draft.names.append(try name.decoded()) }
        for series in line.packedSeries ?? [] { try draft.calls.add(series.decoded(draft.names)) }
        if let errnos = line.errnos { try draft.calls.add(errnos.decoded()) }
        if let afterExit = line.afterExit { try draft.calls.add(afterExit.decoded()) }
        if let process = line.process { draft.processes.append(try process.decoded()) }
        if let group = line.group { try draft.take(try group.decoded()) }
        if let call = line.inFlight { draft.inFlight.append(try call.decoded()) }
        if let refused = line.refused { draft.refused.append(try refused.decoded()) }
        try draft.slowCalls.take(line)
        try draft.vdso.take(line)
        try draft.workload.take(line)
        if let requests = line.requests { draft.requests = requests.balance }
        if let balance = line.balance { draft.balance = balance.balance }
    }

    private mutating func closeInterval(_ end: EndIntervalPart) throws(ProfileFileError) {
        guard var interval = draft.openInterval else { throw defect("an interval ends that never began") }
        guard draft.calls.seriesCount == end.series else {
            throw defect("the interval has \(draft.calls.seriesCount) series, not the \(end.series) that this line says")
        }
        interval.calls = draft.calls.profiles().byFallingTotal
        draft.intervals.append(interval)
        draft.calls = CallDrafts()
        draft.openInterval = nil
    }

    private func check(_ stated: String) throws(ProfileFileError) {
        guard hash.finalize().hexadecimal == stated.lowercased() else {
            throw defect("the hash doesn't match the lines before it: the file was changed or damaged. Use a good copy.")
        }
    }

    private func profile(of draft: Draft) throws(ProfileFileError) -> Profile {
        guard draft.openInterval == nil else { throw defect("the last interval has no end") }
        guard let tool = draft.tool, let host = draft.host, let capture = draft.capture, let balance = draft.balance else {
            throw ProfileFileError(path, "the file lacks its host, capture or balance")
        }
        let calls = draft.intervals.isEmpty ? draft.calls.profiles() : draft.intervals.merged()
        return Profile(
            tool: tool, host: host, capture: capture, balance: balance, calls: calls, processes: draft.processes,
            inFlight: draft.inFlight, intervals: draft.intervals, vdso: draft.vdso.profile,
            workload: draft.workload.workload, refused: draft.refused, requests: draft.requests,
            slowCalls: draft.slowCalls.slowCalls, groups: draft.groups.map { CallGroups(kind: $0.kind, groups: $0.groups) })
    }

    // MARK: Errors

    private func defect(_ reason: String, line: Int? = nil) -> ProfileFileError {
        ProfileFileError(path, line: line ?? lineNumber, reason)
    }

    private func notAProfile() -> ProfileFileError {
        lineNumber <= 1
            ? ProfileFileError(path, line: 1, "this is not a syslat profile. `syslat profile -o FILE` writes one.")
            : defect("this isn't a line of a profile: a JSON object was expected")
    }

    private func tooLong() -> ProfileFileError {
        defect("the line is longer than \(ProfileFileReader.longestLine >> 20) MiB; no line of a profile is")
    }

    /// What the decoder objects to, in a sentence.
    private static func sentence(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return path.isEmpty ? "" : " at \(path)"
        }
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing\(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "a value is of the wrong kind\(place(context))"
        // The decoder does not tell numbers that do not fit from broken JSON.
        default: return "this is not valid JSON, or a number in it is negative, broken or too large"
        }
    }
}
