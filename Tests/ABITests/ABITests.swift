import CSyslatABI
import CallSelection
import Foundation
import LatencyHistogram
import Profile
import SyscallTable
import Testing

/// The enumerators of a C enumeration, read from a header.
private struct Enumerators {
    let values: [String: UInt32]

    init(of name: String, in header: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = "Sources/Base/CSyslatABI/include/syslat/\(header)"
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        let body = try #require(text.split(separator: "enum \(name) {").dropFirst().first).prefix { $0 != "}" }
        values = Dictionary(
            uniqueKeysWithValues: body.split(separator: "\n").compactMap { line in
                let words = line.split(whereSeparator: { " ,".contains($0) })
                guard words.count >= 3, words[1] == "=", let value = UInt32(words[2]) else { return nil }
                return (String(words[0]), value)
            })
        try #require(!values.isEmpty)
    }
}

/// Facts that both Swift and the C header state.
@Suite struct SharedFactTests {
    @Test func `ABIs have the same numbers as in the header`() throws {
        var names = try Enumerators(of: "syslat_abi", in: "calls.h").values
        // Only the callers' map has it; no system call does.
        #expect(names.removeValue(forKey: "SYSLAT_VSYSCALL") == SYSLAT_VSYSCALL.rawValue)
        #expect(
            names == Dictionary(uniqueKeysWithValues: ABI.allCases.map { ("SYSLAT_\($0.name.uppercased())", UInt32($0.rawValue)) }))
        #expect(
            Set(ABI.ofCalls.map(\.code)) == Set(0..<UInt8(SYSLAT_ABI_COUNT)) && Set(ABI.ofCalls + [.ioUring]) == Set(ABI.allCases))
    }

    @Test func `outcomes have the same numbers as in the header`() throws {
        var names = try Enumerators(of: "syslat_outcome", in: "calls.h").values
        // It is about the work that a call left, and no call ends so.
        #expect(names.removeValue(forKey: "SYSLAT_AFTER_EXIT") == SYSLAT_AFTER_EXIT.rawValue)
        #expect(
            names
                == Dictionary(
                    uniqueKeysWithValues: Outcome.allCases.map { ("SYSLAT_\($0.name.uppercased())", UInt32($0.rawValue)) }))
    }

    @Test func `evidence has the same numbers as in the header`() throws {
        let expected: [String: UInt8] = [
            "SYSLAT_NO_EVIDENCE": 0, "SYSLAT_NO_VDSO": EntryEvidence.noVDSO.rawValue,
            "SYSLAT_OUTSIDE": EntryEvidence.outside.rawValue,
            "SYSLAT_INSIDE": EntryEvidence.inside.rawValue, "SYSLAT_INSIDE_RESEED": EntryEvidence.insideReseed.rawValue,
            "SYSLAT_COMPAT": EntryEvidence.compat.rawValue,
        ]
        #expect(try Enumerators(of: "syslat_evidence", in: "calls.h").values == expected.mapValues(UInt32.init))
        #expect(expected.count == EntryEvidence.allCases.count + 1)
    }

    @Test func `refusers have the same numbers as in the header`() throws {
        let names = try Enumerators(of: "syslat_refuser", in: "shared_memory.h").values
        #expect(
            names
                == Dictionary(
                    uniqueKeysWithValues: RefusedCalls.Refuser.allCases.map {
                        ("SYSLAT_REFUSED_BY_\($0.name.uppercased())", UInt32($0.rawValue))
                    }))
    }

    @Test func `limits are the same as in the header`() {
        #expect(BucketScheme.valueBits == SYSLAT_VALUE_BITS)
        #expect(Int32(CallSampling.largestShift) == SYSLAT_MAX_SAMPLING_SHIFT)
        #expect(SyscallSelection.bitmapBits == SYSLAT_ABI_INDEXES)
        #expect(SyscallID.otherNumber == Int32(bitPattern: SYSLAT_OTHER_NUMBER))
        #expect(SyscallSelection.opcodes == 0...SYSLAT_REQUEST_OPCODES - 1)
    }

    @Test func `each call index stands for one ABI and number`() {
        var next: UInt32 = 0
        for abi in 0..<UInt32(SYSLAT_ABI_COUNT) {
            for number in 0..<Int32(SYSLAT_INDEXED_NUMBERS) {
                let index = syslat_call_index(abi, UInt32(number))
                #expect(index == next && syslat_has_call_index(abi, UInt32(number)))
                #expect(UInt32(syslat_call_index_abi(index)) == abi && syslat_call_index_number(index) == number)
                next += 1
            }
            for number in [-1, Int32.min, Int32(SYSLAT_INDEXED_NUMBERS), .max] {
                #expect(!syslat_has_call_index(abi, UInt32(bitPattern: number)))
                #expect(syslat_call_index(abi, UInt32(bitPattern: number)) == next)
            }
            #expect(UInt32(syslat_call_index_abi(next)) == abi && syslat_call_index_number(next) == SyscallID.otherNumber)
            next += 1
        }
        #expect(next == UInt32(SYSLAT_CALL_INDEXES))
        #expect(!syslat_has_call_index(SYSLAT_VSYSCALL.rawValue, 0))
    }

    @Test func `each completion stands for one outcome and result`() {
        var seen: Set<UInt32> = []
        for outcome in Outcome.allCases {
            for failed in [false, true] {
                let completion = syslat_completion(UInt32(outcome.rawValue), failed)
                #expect(completion < UInt32(SYSLAT_COMPLETIONS) && seen.insert(completion).inserted)
                #expect(syslat_completion_outcome(completion) == outcome.rawValue)
                #expect(syslat_completion_failed(completion) == failed)
            }
        }
    }
}

/// Checks the list of calls that a vDSO can serve against the names of the calls.
@Suite struct ServableFunctionTests {
    /// Calls named like a vDSO function that the vDSO of their ABI lacks.
    private static let withoutFunction: Set<SyscallID> = [
        SyscallID(abi: .ia32, number: 355),  // getrandom
        SyscallID(abi: .aarch64, number: 168),  // getcpu
        SyscallID(abi: .arm, number: 345),  // getcpu
        SyscallID(abi: .arm, number: 384),  // getrandom
    ]

    private func function(named name: String) -> ServableFunction? {
        ServableFunction(rawValue: name.replacing("_time64", with: "").replacing("clock_gettime64", with: "clock_gettime"))
    }

    @Test(arguments: ABI.ofCalls) func `a call is servable by the vDSO function of its name`(abi: ABI) {
        var found: Set<ServableFunction> = []
        for number in -1..<Int32(SYSLAT_INDEXED_NUMBERS) {
            let id = SyscallID(abi: abi, number: number)
            let expected = Self.withoutFunction.contains(id) ? nil : function(named: id.name)
            #expect(ServableFunction(id) == expected, "\(abi.name) \(number) \(id.name)")
            if let expected { found.insert(expected) }
        }
        #expect(found.isSuperset(of: [.clockGettime, .clockGetres, .gettimeofday]))
    }

    @Test func `only clock_gettime and clock_getres take a clock`() {
        #expect(ServableFunction.allCases.filter(\.takesClock) == [.clockGettime, .clockGetres])
    }
}
