import CWorkload
import Capture
import Glibc
import SyscallTable

/// The process that runs the cases as ordered, stage by stage.
///
/// Ownership: the process is killed with this value, or by the kernel when the thread that started it ends, and leaves no traces.
@safe
struct Worker: ~Copyable {
    /// Its stage; see cworkload.h.
    enum Stage {
        case waiting, ready, done
        case busy
    }

    /// The result of a case.
    enum Verdict {
        case right
        /// The call and its result: the kernel lacks or forbids what the case needs.
        case refused(String, Int)
        /// A sentence.
        case wrong(String)
    }

    private let handle: OpaquePointer
    let pid: Int32

    /// - Parameters:
    ///   - cpu: runs the worker.
    ///   - partner: runs the second thread, in cases that have one.
    init(cpu: Int32, partner: Int32) throws(CaptureError) {
        guard let handle = unsafe cworkload_start(cpu, partner) else {
            throw CaptureError("Can't start the worker process: fork gives \(ErrnoTable.name(errno)).")
        }
        unsafe self.handle = handle
        pid = unsafe cworkload_pid(handle)
    }

    deinit { unsafe cworkload_end(handle) }

    var isAlive: Bool { unsafe cworkload_is_alive(handle) != 0 }

    var stage: Stage {
        switch unsafe cworkload_stage_of(handle) {
        case CWORKLOAD_WAITING: .waiting
        case CWORKLOAD_READY: .ready
        case CWORKLOAD_DONE: .done
        default: .busy
        }
    }

    /// A case, how many operations to make of it, and how.
    struct Order {
        var definition: CaseDefinition
        var warmUp: UInt64
        /// Operations of each batch.
        var operations: UInt64
        var batches = 1
        /// Whether batches are timed. Reading the clock may take a system call.
        var isTimed = false
        var isSlowed = false
    }

    /// Orders a case: the worker prepares it and warms up. Only in the stage `waiting`.
    func prepare(_ order: Order) {
        var told = cworkload_order(
            index: order.definition.index, warm_up: UInt(order.warmUp), operations: UInt(order.operations),
            batches: UInt32(order.batches), is_timed: order.isTimed ? 1 : 0, is_slowed: order.isSlowed ? 1 : 0)
        unsafe cworkload_give(handle, &told)
    }

    /// Starts the operations. Only in the stage `ready`.
    func go() { unsafe cworkload_go(handle) }

    /// Lets the worker clean up and wait. Only in the stage `done`.
    func release() { unsafe cworkload_release(handle) }

    /// The nanoseconds that one batch of the last order took.
    func nanoseconds(ofBatch batch: Int) -> UInt64 { unsafe cworkload_batch_nanoseconds(handle, UInt32(batch)) }

    /// How many nanoseconds a loop in user space took just before and after the operations of the last order: how fast the CPU was. Only in the
    /// stage `waiting`.
    var referenceNanoseconds: UInt64 { unsafe cworkload_reference_nanoseconds(handle) }

    /// The result of the last order.
    var verdict: Verdict {
        let report = unsafe cworkload_report(handle)
        let call =
            SyscallTable.name(of: SyscallID(abi: Architecture.current.nativeABI, number: report.call)) ?? "call \(report.call)"
        return switch report.verdict {
        case CWORKLOAD_RIGHT: .right
        case CWORKLOAD_REFUSED: .refused(call, report.result)
        case CWORKLOAD_WRONG_EFFECT: .wrong("\(call) returned the right value, but had no effect.")
        default:
            .wrong(
                "\(call) returned \(Worker.text(report.result)) in operation \(report.operation) instead of "
                    + "\(Worker.text(report.wanted)).")
        }
    }

    /// A result as strace shows it.
    static func text(_ result: Int) -> String {
        (-4095 ... -1).contains(result) ? ErrnoTable.name(Int32(-result)) : "\(result)"
    }

    /// Up to `room` CPUs that the calling thread may run on, in ascending order.
    static func cpus(room: Int = 1024) -> [Int32] {
        var cpus = [Int32](repeating: 0, count: room)
        let found = unsafe cworkload_cpus(&cpus, Int32(room))
        return Array(cpus.prefix(max(0, Int(found))))
    }
}

/// Keeps the calling thread off the measured CPU while this value lives. If the kernel refuses, figures are only noisier.
///
/// Threading: made and ended on the same thread.
struct Place: ~Copyable {
    private let before: [Int32]

    init(on cpu: Int32, allowed: [Int32]) {
        before = allowed
        _ = cworkload_bind(cpu)
    }

    deinit { _ = unsafe cworkload_allow(before, Int32(before.count)) }
}
