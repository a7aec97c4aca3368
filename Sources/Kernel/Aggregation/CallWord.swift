import CSyslatABI
import SyscallTable

/// A completed call, as the kernel side packs it into one word.
///
/// Source of the layout: syslat_abi.h.
struct CallWord: Hashable {
    let bits: UInt64

    var number: Int32 { syslat_call_number(bits) }
    /// The code of an `ABI`, in the word of a call.
    var abi: UInt8 { syslat_call_abi(bits) }
    /// The same in the word of a call or request.
    var rowABI: UInt8 { isRequest ? UInt8(SYSLAT_IO_URING.rawValue) : abi }
    /// The call or request that it is about, in a valid word.
    var id: SyscallID { SyscallID(abi: ABI(code: rowABI)!, number: number) }
    /// It is about a request to io_uring.
    var isRequest: Bool { syslat_call_is_request(bits) }
    /// The raw value of an `EntryEvidence`, or 0.
    var evidence: UInt8 { syslat_call_evidence(bits) }
    var clock: UInt8 { syslat_call_clock(bits) }
    /// The call stands for 2^sampling calls. In a slot, it may mark an unmeasured call instead.
    var sampling: UInt8 { syslat_call_sampling(bits) }
    /// The errno, or 0.
    var error: UInt16 { syslat_call_error(bits) }
    /// The raw value of an `Outcome`, in a valid word.
    var outcome: UInt8 { syslat_call_outcome(bits) }

    /// How many calls a measured call stands for, itself among them.
    var callsItStandsFor: UInt64 { 1 &<< UInt64(sampling) }
    var isUnmeasured: Bool { syslat_call_is_unmeasured(bits) }

    /// Evidence, sampling and clock: most calls have none of them.
    private static let uncommonBits =
        (UInt64(1) << UInt64(SYSLAT_CALL_ERROR_SHIFT)) - (UInt64(1) << UInt64(SYSLAT_CALL_EVIDENCE_SHIFT))

    /// Whether this is a valid call without evidence, sampling and clock. Nearly all are, so this takes only two comparisons.
    @inline(__always)
    var isCommon: Bool {
        bits & CallWord.uncommonBits == 0 && bits >> UInt64(SYSLAT_CALL_OUTCOME_SHIFT) <= UInt64(SYSLAT_PREEMPTED.rawValue)
    }

    /// Whether a kernel side of this version can have written it of a completed call.
    @inline(__always)
    var isValid: Bool {
        // The bit above the outcome is that of requests.
        bits >> UInt64(SYSLAT_CALL_OUTCOME_SHIFT) <= UInt64(SYSLAT_PREEMPTED.rawValue) && hasValidEntry
    }

    /// Whether a kernel side of this version can have written it of a completed request.
    var isValidRequest: Bool {
        let common = bits & ~UInt64(SYSLAT_CALL_REQUEST)
        return isRequest && CallWord(bits: common).isCommon && common >> UInt64(SYSLAT_CALL_ABI_SHIFT) & 3 == 0
            && UInt32(bitPattern: number) < UInt32(SYSLAT_REQUEST_OPCODES)
    }

    /// Whether it is about the work that a call left to its thread, and a kernel side of this version can have written it.
    var isAfterExit: Bool {
        bits >> UInt64(SYSLAT_CALL_OUTCOME_SHIFT) == UInt64(SYSLAT_AFTER_EXIT.rawValue) && hasValidEntry
    }

    /// Whether it is a completed call of which only one end was seen.
    var isUnseen: Bool {
        isUnmeasured && CallWord(bits: bits & ~(15 << UInt64(SYSLAT_CALL_SAMPLING_SHIFT))).isCommon
            && (number == SyscallID.otherNumber || syslat_has_call_index(UInt32(abi), UInt32(bitPattern: number)))
    }

    @inline(__always)
    private var hasValidEntry: Bool {
        UInt32(evidence) <= SYSLAT_COMPAT.rawValue && UInt32(sampling) <= UInt32(SYSLAT_MAX_SAMPLING_SHIFT)
            && (evidence != 0 || clock == 0)
    }
}
