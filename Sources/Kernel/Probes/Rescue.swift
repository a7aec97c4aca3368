import BPFRuntime

/// The program that steps in where the kernel skips classic ones (BPF/rescue.bpf.h). It makes every call more expensive, so it is attached only
/// when there has been a skip.
final class Rescue {
    private let program: String
    private var link: BPFLink?
    /// It is attached, or the kernel has refused that.
    private(set) var isSettled = false

    init(_ program: String) { self.program = program }

    func begin(_ control: borrowing ControlPage, _ object: borrowing BPFObject) {
        isSettled = true
        // The classic programs must know of it before it handles the first event.
        control.setRescues()
        link = try? object.attach(program)
    }
}
