/// What a person can press.
package enum Key: Sendable, Hashable {
    /// A character that can be shown.
    case character(Character)
    /// A letter with the control key, in lower case: `c` for Ctrl-C.
    case control(Character)
    case up, down, left, right, pageUp, pageDown, home, end, insert, delete
    case enter, tab, backTab, backspace, escape
    /// F1 is 1.
    case function(Int)
}
