package import Profile

/// Which single calls a capture keeps with their details.
package struct SlowCallOptions: Sendable, Hashable {
    package var rule: SlowCalls.Rule
    /// Which of the slow calls are kept.
    package var filter: SlowCallFilter
    package var stacks: Stacks
    /// Whether the owner of the session takes each call as it comes: ``Session/takeSlowLog()``.
    package var isLogged: Bool

    /// Which stacks are taken.
    package enum Stacks: Sendable, Hashable {
        case none
        /// Those of the programs that make slow calls.
        case user
        /// Also those of the kernel in which calls sleep, and of programs whose calls are in flight. That looks at every context switch.
        case all
    }

    package init(
        rule: SlowCalls.Rule, filter: SlowCallFilter = SlowCallFilter(), stacks: Stacks = .user, isLogged: Bool = false
    ) {
        self.rule = rule
        self.filter = filter
        self.stacks = stacks
        self.isLogged = isLogged
    }
}
