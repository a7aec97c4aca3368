package import Profile
package import SyscallTable

/// The work that the calls of one kind left to their threads.
package struct AfterExitPart: Codable {
    private let call: CallPart
    private let distribution: EstimatedDistributionPart
    /// Calls whose work was not measured; only where there are any.
    private let unmeasured: UInt64?

    private enum CodingKeys: String, CodingKey { case unmeasured }

    package init(_ afterExit: AfterExit, of id: SyscallID) {
        call = CallPart(id)
        distribution = EstimatedDistributionPart(afterExit.distribution, inferred: afterExit.inferred)
        unmeasured = afterExit.unmeasured > 0 ? afterExit.unmeasured : nil
    }

    package init(from decoder: any Decoder) throws {
        call = try CallPart(from: decoder)
        distribution = try EstimatedDistributionPart(from: decoder)
        unmeasured = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(UInt64.self, forKey: .unmeasured)
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        try distribution.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(unmeasured, forKey: .unmeasured)
    }

    package func decoded() throws(ProfileDefect) -> (id: SyscallID, afterExit: AfterExit) {
        let unmeasured = unmeasured ?? 0
        let (distribution, inferred) = try distribution.decoded(mayBeEmpty: unmeasured > 0)
        return (try call.decoded(), AfterExit(distribution: distribution, inferred: inferred, unmeasured: unmeasured))
    }
}
