/// Why rows with more time stand below others, in tables in the order of ``SortKey/active``. The sentences have no full stop: a report may say
/// what to do about it.
package enum OrderNote {
    /// Of the table of calls, from its rows in their order; nil where the time alone gives the same order.
    package static func ofCalls(_ rows: [TableRow]) -> String? {
        guard zip(rows, rows.dropFirst()).contains(where: { $0.totalNanoseconds < $1.totalNanoseconds }) else { return nil }
        return "Idle waits, in which threads without work sleep (epoll_wait, futex), come last whatever their time"
    }

    /// Of a table of processes or other groups, from the rows of the calls; nil where none of these is an idle wait.
    package static func ofGroups(calls rows: [TableRow]) -> String? {
        guard rows.contains(where: { $0.times.idle > 0 }) else { return nil }
        return "The rows are in the order of their time outside idle waits, in which threads without work sleep (epoll_wait, futex)"
    }
}
