import Capture
import LatencyHistogram
import Profile
import SyscallTable

/// The results of one case so far.
struct CaseMeasurement {
    let definition: CaseDefinition
    private var state = WorkloadCase.State.measured
    private var untraced: [Slice<[Double]>] = []
    private var traced: [Slice<(operations: UInt64, calls: [CaseCall])>] = []

    /// What was measured in one slice.
    private struct Slice<Figures> {
        /// How long a loop in user space took just before it and just after it, in nanoseconds.
        var reference: UInt64
        var figures: Figures
    }

    init(definition: CaseDefinition) { self.definition = definition }

    /// Whether to go on measuring it.
    var isMeasured: Bool { state == .measured }

    /// The result of so many slices: those beside which the CPU was fastest. They are chosen by a loop that enters no kernel, so no kernel has
    /// an advantage.
    ///
    /// - Parameter hasOtherCPU: whether other threads run on another CPU than the first.
    func result(counting count: Int, hasOtherCPU: Bool) -> WorkloadCase {
        let batches = CaseMeasurement.fastest(untraced, count).flatMap(\.figures)
        let windows = CaseMeasurement.fastest(traced, count).map(\.figures)
        return WorkloadCase(
            name: definition.name, state: state, syscalls: definition.calls.map(\.name),
            operations: windows.reduce(0) { $0 + $1.operations }, waitsForOtherCPU: hasOtherCPU && definition.waitsForOthers,
            untraced: batches.isEmpty || !isMeasured ? nil : CallCost(batches: batches),
            calls: windows.reduce(into: []) { $0 = $0.merged(with: $1.calls) })
    }

    private static func fastest<Figures>(_ slices: [Slice<Figures>], _ count: Int) -> [Slice<Figures>] {
        let order = slices.indices.sorted { (slices[$0].reference, $0) < (slices[$1].reference, $1) }
        return order.prefix(count).sorted().map { slices[$0] }
    }

    /// Takes in the nanoseconds per operation of the batches of an untraced slice.
    mutating func take(_ batches: [Double], beside reference: UInt64) {
        untraced.append(Slice(reference: reference, figures: batches))
    }

    /// Takes in what a window recorded of `made` operations. The case fails unless these are exactly the calls that they make.
    mutating func take(_ window: WindowedCapture.Window, operations made: UInt64, beside reference: UInt64) {
        guard let mismatch = mismatch(window, operations: made) else {
            let calls = window.calls.map { CaseCall($0.id, $0.series) }
            traced.append(Slice(reference: reference, figures: (made, calls)))
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
