package import CSyslatABI
package import Profile
import SyscallTable

extension RefusedCalls {
    /// What the kernel side counted of one kind; nil for a key that no kernel side writes.
    package init?(_ key: syslat_refused_key, calls: UInt64) {
        let call = CallWord(bits: key.call)
        guard call.isValid, let abi = ABI(code: call.abi), let by = UInt8(exactly: key.by).flatMap(Refuser.init) else {
            return nil
        }
        self.init(
            id: SyscallID(abi: abi, number: call.number), by: by, errno: call.error == 0 ? nil : Int32(call.error), calls: calls)
    }
}
