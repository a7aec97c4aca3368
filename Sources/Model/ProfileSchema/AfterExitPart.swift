import LatencyHistogram
package import Profile
package import SyscallTable

/// The work that the calls of one kind left to their threads.
package struct AfterExitPart: Codable {
    private let call: CallPart
    private let distribution: DistributionPart
    /// How many calls of the distribution were measured; only where not all of them were.
    private let measured: UInt64?
    /// Calls whose work was not measured; only where there are any.
    private let unmeasured: UInt64?

    private enum CodingKeys: String, CodingKey { case measured, unmeasured }

    package init(_ afterExit: AfterExit, of id: SyscallID) {
        call = CallPart(id)
        distribution = DistributionPart(afterExit.distribution)
        measured = afterExit.inferred > 0 ? afterExit.measured : nil
        unmeasured = afterExit.unmeasured > 0 ? afterExit.unmeasured : nil
    }

    package init(from decoder: any Decoder) throws {
        call = try CallPart(from: decoder)
        distribution = try DistributionPart(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        measured = try container.decodeIfPresent(UInt64.self, forKey: .measured)
        unmeasured = try container.decodeIfPresent(UInt64.self, forKey: .unmeasured)
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        try distribution.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(measured, forKey: .measured)
        try container.encodeIfPresent(unmeasured, forKey: .unmeasured)
    }

    package func decoded() throws(ProfileDefect) -> (id: SyscallID, afterExit: AfterExit) {
        let unmeasured = unmeasured ?? 0
        let distribution = try distribution.decoded(mayBeEmpty: unmeasured > 0)
        guard measured ?? 0 <= distribution.count else {
            throw ProfileDefect("\(measured ?? 0) calls were measured, more than the \(distribution.count) that left work")
        }
        let inferred = measured.map { distribution.count - $0 } ?? 0
        return (try call.decoded(), AfterExit(distribution: distribution, inferred: inferred, unmeasured: unmeasured))
    }
}
