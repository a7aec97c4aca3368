import Testing

@testable import KernelLab

/// What a guest sends arrives whole or not at all.
@Suite struct GuestTransferTests {
    private static let results = [
        GuestResult(
            name: "first \u{1F600}", ending: .exited(status: 0), output: Array(0...255), error: [], wasCut: false,
            duration: .milliseconds(12)),
        GuestResult(name: "", ending: .killed(signal: 9), output: [], error: [10, 13], wasCut: true, duration: .zero),
        GuestResult(name: "third", ending: .notStarted(errno: 2), output: [], error: [], wasCut: false, duration: .seconds(3)),
    ]

    private static let messages = [.greeting(release: "6.1.0")] + results.map(GuestTransfer.Message.result) + [.end(results: 3)]
    private static let frames = messages.map(GuestTransfer.encode)
    private static let bytes = Array(frames.joined())

    private func isRefused(_ bytes: some Sequence<UInt8>) -> Bool {
        do throws(KernelLabError) {
            _ = try GuestTransfer.decode(Array(bytes))
            return false
        } catch {
            return true
        }
    }

    @Test func `results that are sent arrive unchanged`() throws {
        let transcript = try GuestTransfer.decode(Self.bytes)
        #expect(transcript == GuestTransfer.Transcript(release: "6.1.0", results: Self.results))
    }

    @Test func `a transfer of only a greeting and an end is complete`() throws {
        let bytes = GuestTransfer.encode(.greeting(release: "x")) + GuestTransfer.encode(.end(results: 0))
        #expect(try GuestTransfer.decode(bytes).results.isEmpty)
    }

    @Test func `a transfer that breaks off anywhere is refused`() {
        for count in 0..<Self.bytes.count { #expect(isRefused(Self.bytes[..<count]), "\(count)") }
    }

    @Test func `a changed bit in any byte is noticed`() {
        for index in Self.bytes.indices {
            var damaged = Self.bytes
            damaged[index] ^= 1 << (index % 8)
            #expect(isRefused(damaged), "\(index)")
        }
    }

    @Test func `any lost or doubled byte is noticed`() {
        for index in Self.bytes.indices {
            #expect(isRefused(Self.bytes[..<index] + Self.bytes[(index + 1)...]), "\(index)")
            #expect(isRefused(Self.bytes[...index] + Self.bytes[index...]), "\(index)")
        }
    }

    @Test func `a missing, doubled or misplaced message is noticed`() {
        for index in Self.frames.indices {
            var fewer = Self.frames
            fewer.remove(at: index)
            #expect(isRefused(fewer.joined()), "\(index)")
            var more = Self.frames
            more.insert(Self.frames[index], at: index)
            #expect(isRefused(more.joined()), "\(index)")
        }
        #expect(isRefused(Self.bytes + [0]))
    }

    /// The data of such a length has not arrived.
    @Test(arguments: [UInt8(0x7f), 0xff])
    func `a length beyond any memory is refused`(_ high: UInt8) {
        var damaged = Self.bytes
        for index in 5..<13 { damaged[index] = 0xff }
        damaged[12] = high
        #expect(isRefused(damaged))
    }

    @Test func `the error says after which result the data breaks off`() {
        let count = Self.frames[0].count + Self.frames[1].count + 20
        let error = #expect(throws: KernelLabError.self) { try GuestTransfer.decode(Array(Self.bytes[..<count])) }
        #expect(error?.description == "the guest's data breaks off after the result of 'first \u{1F600}'")
    }
}
