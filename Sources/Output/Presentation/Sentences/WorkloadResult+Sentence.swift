package import Profile

extension WorkloadResult {
    /// Which workload ran how often on what, and what its columns mean. It may have any text in it.
    package var sentence: String {
        let place =
            switch machine {
            case .host: "on this host"
            case .kvm: "in a virtual machine (KVM)"
            case .emulation: "in an emulated machine, whose nanoseconds say nothing about any hardware"
            case .countedEmulation:
                "in an emulated machine, where a nanosecond is one instruction executed and says nothing about the time of any hardware"
            }
        let times = runs == 1 ? "one run" : "\(runs) runs"
        let counted =
            slices.map {
                " Each case ran in \($0.made) slices, in turn with the others; the \($0.counted) count beside which a loop in user space ran fastest."
            } ?? ""
        return "Workload \(id) \(version)\(isQuick ? " (quick)" : ""): \(times) "
            + "\(place).\(counted) UNTRACED is one operation as the program sees it; the other columns are about its calls in the kernel."
    }
}
