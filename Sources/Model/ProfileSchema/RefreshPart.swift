/// What a refresh of `syslat top` says beside its calls.
package struct RefreshPart: Encodable {
    private let scope: String
    private let lost, consumerCPUNanoseconds: UInt64
    /// Only where not every call was measured.
    private let sampled: Bool?

    private enum CodingKeys: String, CodingKey {
        case consumerCPUNanoseconds = "consumer_cpu_ns"
        case scope, lost, sampled
    }

    package init(scope: String, lost: UInt64, consumerCPUNanoseconds: UInt64, isSampled: Bool) {
        (self.scope, self.lost, self.consumerCPUNanoseconds) = (scope, lost, consumerCPUNanoseconds)
        sampled = isSampled ? true : nil
    }
}
