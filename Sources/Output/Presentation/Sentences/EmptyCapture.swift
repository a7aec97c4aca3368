package import Profile

/// What to say instead of a table when no call completed: why that may be, and what to try.
package enum EmptyCapture {
    /// It may have any text in it.
    package static func explanation(of profile: Profile) -> String {
        let capture = profile.capture
        let duration = HumanFormat.duration(nanoseconds: capture.durationNanoseconds)
        let scope = capture.scope
        if !profile.inFlight.isEmpty {
            return "No system call completed in \(duration) (watched: \(scope)): the target was waiting inside calls. "
                + "See below for which ones, and how long."
        }
        if profile.balance.entered > 0 && profile.balance.completed == 0 {
            let entered = HumanFormat.count(profile.balance.entered, "system call was", "system calls were")
            return "\(entered) entered in \(duration) (watched: \(scope)), and none completed. The balance below says why."
        }
        if !profile.refused.isEmpty {
            return "No system call entered the kernel in \(duration) (watched: \(scope)): all that were tried were refused before. "
                + "See below which ones, and by whom."
        }
        if let selection = capture.selection {
            return "None of the selected system calls (\(selection)) was made in \(duration) "
                + "(watched: \(scope)). Without the selection, the report shows which calls are made instead."
        }
        return "No system call began in \(duration) (watched: \(scope)). A program that only computes makes none, and the vDSO "
            + "answers most time calls without entering the kernel. A longer capture or a wider scope may show more."
    }
}
