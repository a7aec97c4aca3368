import SaturatingMath

extension Balance {
    /// The balance of two parts of a capture, of which the second began when the first ended. The second has the calls that were in flight
    /// then among those that entered it: they count once.
    package func continued(by next: Balance) -> Balance {
        let first = Balance(
            entered: entered - min(entered, inFlight), completed: completed, inFlight: 0, neverReturned: neverReturned,
            lostByCause: lostByCause, beganBefore: beganBefore, newTaskReturns: newTaskReturns, refused: refused,
            overflowed: overflowed, unmeasured: unmeasured)
        return first.merged(with: next)
    }
}

extension Profile {
    /// Adds the part of the same capture that began when this one ended. Time series stay apart.
    package func continued(by next: Profile) -> Profile {
        var merged = merged(with: next)
        merged.balance = balance.continued(by: next.balance)
        if let requests, let others = next.requests { merged.requests = requests.continued(by: others) }
        merged.inFlight = next.inFlight
        // A clock that is set back meanwhile doesn't put the second part first.
        merged.capture.startedAtNanoseconds = capture.startedAtNanoseconds
        merged.capture.exitStatus = next.capture.exitStatus
        return merged
    }
}
