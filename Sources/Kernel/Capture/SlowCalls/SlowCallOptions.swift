package import Profile

/// Which single calls a capture keeps with their details.
package struct SlowCallOptions: Sendable, Hashable {
    package var rule: SlowCalls.Rule
    /// Whether the stacks of the program are taken.
    package var takesStacks: Bool
    /// Whether the owner of the session takes each call as it comes: ``Session/takeSlowLog()``.
    package var isLogged: Bool

    package init(rule: SlowCalls.Rule, takesStacks: Bool = true, isLogged: Bool = false) {
        self.rule = rule
        self.takesStacks = takesStacks
        self.isLogged = isLogged
    }
}
