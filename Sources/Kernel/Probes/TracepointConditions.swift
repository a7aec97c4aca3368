import BPFObjects
import BPFRuntime
import CLinux
import CSyslatABI
import Glibc

/// How the running kernel calls the programs of tracepoints, as throw-away programs find it (BPF/conditions.bpf.h).
struct TracepointConditions: Sendable, Hashable {
    enum Preemption: Sendable, Hashable {
        case off, on, unknown

        init(_ answer: UInt32) {
            switch answer {
            case SYSLAT_PREEMPTION_OFF.rawValue: self = .off
            case SYSLAT_PREEMPTION_ON.rawValue: self = .on
            default: self = .unknown
            }
        }
    }

    /// Whether there can be preemption at all; nil if unknown.
    let mayBePreempted: Bool?
    /// Whether programs may be preempted at the tracepoints of system calls.
    let calls: Preemption
    /// The same at any other tracepoint.
    let others: Preemption
    /// How far into its stack a thread's registers lie; nil if unknown.
    let registersPlace: UInt32?

    static let unknown = TracepointConditions(mayBePreempted: nil, calls: .unknown, others: .unknown, registersPlace: nil)

    /// - Parameters:
    ///   - btfPath: a BTF file of the running kernel, for kernels that carry none.
    ///   - always: also look where there is no preemption.
    static func look(btfPath: String?, always: Bool) -> TracepointConditions {
        // The first takes a kernel with BTF of its own.
        (try? look(with: BPFObjects.conditions, btfPath: nil, always))
            ?? (try? look(with: BPFObjects.conditions_raw, btfPath: btfPath, always)) ?? unknown
    }

    private static func look(with image: [UInt8], btfPath: String?, _ always: Bool) throws(BPFError) -> TracepointConditions {
        let opened = try OpenBPFObject(name: "conditions", image: image, btfPath: btfPath)
        try opened.setInitialValue(of: ".rodata.request", to: syslat_conditions_request(tid: UInt32(clinux_gettid())))
        let object = try opened.load()
        let mayBePreempted = (try? object.run("may_be_preempted")).map { $0 != 0 }
        guard mayBePreempted != false || always else {
            return TracepointConditions(mayBePreempted: false, calls: .off, others: .off, registersPlace: nil)
        }
        let answers = try MappedMemory(object.map(".data.conditions"), writable: false)
        try during("look_at_call", of: object) { _ = clinux_null_call() }
        try? during("look_at_other", of: object) { clinux_rename_to_itself() }
        // The programs have run in this thread.
        let found = unsafe answers.base.load(as: syslat_conditions.self)
        return TracepointConditions(
            mayBePreempted: mayBePreempted, calls: Preemption(found.calls), others: Preemption(found.others),
            registersPlace: found.registers_place == 0 ? nil : found.registers_place)
    }

    /// Does something while a program is attached.
    private static func during(_ program: String, of object: borrowing BPFObject, _ act: () -> Void) throws(BPFError) {
        let link = try object.attach(program)
        act()
        _ = consume link
    }
}
