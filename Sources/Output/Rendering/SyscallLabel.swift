import Profile
import SyscallTable

extension SyscallID {
    /// The call's name, with its ABI in front where that is not the machine's own: `read`, `ia32:write`.
    func label(on host: Host) -> String { abi.name == host.arch ? name : "\(abi.name):\(name)" }
}
