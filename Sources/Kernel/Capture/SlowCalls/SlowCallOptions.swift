package import Profile

/// Which single calls a capture keeps with their details.
package struct SlowCallOptions: Sendable, Hashable {
    package var rule: SlowCalls.Rule
    /// Which of the slow calls are kept.
    package var filter: SlowCallFilter
    /// Whether the stacks of the program are taken.
    package var takesStacks: Bool
    /// Whether the owner of the session takes each call as it comes: ``Session/takeSlowLog()``.
    package var isLogged: Bool

    package init(
        rule: SlowCalls.Rule, filter: SlowCallFilter = SlowCallFilter(), takesStacks: Bool = true, isLogged: Bool = false
    ) {
        self.rule = rule
        self.filter = filter
        self.takesStacks = takesStacks
        self.isLogged = isLogged
    }
}
