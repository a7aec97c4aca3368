package import Profile
import SaturatingMath

/// Where every call went.
package struct BalancePart: Codable {
    private var entered, completed, inFlight, neverReturned: UInt64
    private var lostByCause: [String: UInt64]
    private var beganBefore, newTaskReturns, refused, overflowed: UInt64
    /// Files of version 1 leave it out where there are none.
    private var unmeasured: UInt64?
    /// Derived; in reports only.
    package var lost: UInt64?

    /// What syslat 0.1.0 calls the unmeasured calls.
    private var unsampled: UInt64?

    enum CodingKeys: String, CodingKey {
        case inFlight = "in_flight"
        case neverReturned = "never_returned"
        case lostByCause = "lost_by_cause"
        case beganBefore = "began_before"
        case newTaskReturns = "new_task_returns"
        case entered, completed, refused, overflowed, unmeasured, lost, unsampled
    }

    package init(_ balance: Balance) {
        (entered, completed, inFlight) = (balance.entered, balance.completed, balance.inFlight)
        neverReturned = balance.neverReturned
        lostByCause = LossesPart.names(balance)
        (beganBefore, newTaskReturns) = (balance.beganBefore, balance.newTaskReturns)
        (refused, overflowed, unmeasured) = (balance.refused, balance.overflowed, balance.unmeasured)
    }

    package var balance: Balance {
        Balance(
            entered: entered, completed: completed, inFlight: inFlight, neverReturned: neverReturned,
            lostByCause: LossesPart.causes(lostByCause),
            beganBefore: beganBefore, newTaskReturns: newTaskReturns, refused: refused, overflowed: overflowed,
            unmeasured: unmeasured ?? unsampled ?? 0)
    }
}

/// What was lost, by the name of the cause.
enum LossesPart {
    static func names(_ balance: Balance) -> [String: UInt64] {
        Dictionary(uniqueKeysWithValues: balance.lostByCause.map { ($0.key.rawValue, $0.value) })
    }

    /// A cause of loss that only a later version knows is `unaccounted`: the calls are lost all the same.
    static func causes(_ names: [String: UInt64]) -> [Balance.LossCause: UInt64] {
        var causes: [Balance.LossCause: UInt64] = [:]
        for (name, count) in names {
            let cause = Balance.LossCause(rawValue: name) ?? .unaccounted
            causes[cause] = (causes[cause] ?? 0).addingSaturating(count)
        }
        return causes
    }
}
