import Capture
import LatencyHistogram
import Profile
import SyscallTable

/// The results of one case so far.
struct CaseMeasurement {
    let definition: CaseDefinition
    /// Nanoseconds per operation in each untraced batch.
    var batches: [Double] = []
    private var state = WorkloadCase.State.measured
    private var operations: UInt64 = 0
    private var calls: [CaseCall] = []

    init(definition: CaseDefinition) { self.definition = definition }

    /// Whether to go on measuring it.
    var isMeasured: Bool { state == .measured }

    var result: WorkloadCase {
        WorkloadCase(
            name: definition.name, state: state, syscalls: definition.calls.map(\.name), operations: operations,
            untraced: batches.isEmpty || !isMeasured ? nil : CallCost(batches: batches), calls: calls)
    }

    /// Takes in what a window recorded of `made` operations. The case fails unless these are exactly the calls that they make.
    mutating func take(_ window: WindowedCapture.Window, operations made: UInt64) {
        guard let mismatch = mismatch(window, operations: made) else {
            operations += made
            calls = calls.merged(with: window.calls.map { CaseCall($0.id, $0.series) })
            return
        }
        state = .failed(mismatch)
    }

    /// Takes in the worker's own verdict.
    mutating func note(_ verdict: Worker.Verdict, hasEnded: Bool, hasStopped: Bool, limit: Duration) {
        switch verdict {
        case .wrong(let sentence): state = .failed(sentence)
        case .refused(let call, let result):
            let what = definition.needs.map { "\($0): " } ?? ""
            state = .absent("\(what)\(call) gives \(Worker.text(result))")
        case .right where hasEnded: state = .failed("Its process was killed, perhaps by a sandbox that forbids a call.")
        case .right where hasStopped: state = .failed("It was not finished after \(limit.components.seconds) s.")
        case .right: break
        }
    }

    /// A sentence about the first wrong count; nil if all are right.
    private func mismatch(_ window: WindowedCapture.Window, operations: UInt64) -> String? {
        var found = Dictionary(uniqueKeysWithValues: window.calls.map { ($0.id, $0) })
        var entered: UInt64 = 0
        for call in definition.calls {
            let wanted = call.times * operations
            let profile = found.removeValue(forKey: call.id)
            let (made, failed) = (profile?.calls ?? 0, profile?.errors ?? 0)
            if call.ending == .neverReturns {
                entered += wanted
                if made > 0 { return "\(made) calls of \(call.name) returned, but it never returns." }
                continue
            }
            entered += made
            if call.ending == .mayStayOutside ? made > wanted : made != wanted {
                return "\(operations) operations made \(made) calls of \(call.name) instead of \(wanted)."
            }
            let isRight =
                switch call.ending {
                case .fails: failed == made
                case .mayFail: true
                default: failed == 0
                }
            if !isRight { return "\(failed) of \(made) calls of \(call.name) failed." }
        }
        // A row without calls has work that a call before the window left behind.
        if let other = found.values.filter({ $0.calls > 0 }).max(by: { $0.calls < $1.calls }) {
            let name = SyscallTable.name(of: other.id) ?? "call \(other.id.number)"
            return "\(operations) operations made \(other.calls) calls of \(name) instead of none."
        }
        guard window.entered == entered else {
            return "\(operations) operations entered \(window.entered) calls instead of \(entered)."
        }
        return nil
    }
}
