package import Profile

/// Where every request to io_uring went.
package struct RequestsPart: Codable {
    private let submitted, completed, inFlight, silent: UInt64
    private let lostByCause: [String: UInt64]
    private let overflowed: UInt64
    /// Derived; in reports only.
    package var lost: UInt64?

    private enum CodingKeys: String, CodingKey {
        case inFlight = "in_flight"
        case lostByCause = "lost_by_cause"
        case submitted, completed, silent, overflowed, lost
    }

    package init(_ requests: Balance) {
        (submitted, completed, inFlight) = (requests.entered, requests.completed, requests.inFlight)
        (silent, overflowed) = (requests.neverReturned, requests.overflowed)
        lostByCause = LossesPart.names(requests)
    }

    package var balance: Balance {
        Balance(
            entered: submitted, completed: completed, inFlight: inFlight, neverReturned: silent,
            lostByCause: LossesPart.causes(lostByCause), overflowed: overflowed)
    }
}
