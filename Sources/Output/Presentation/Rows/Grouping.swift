/// What a report breaks the calls down by.
package enum Grouping: String, Sendable, Hashable, CaseIterable {
    case call, process
    /// An interval of a time series, in order of time unless another order is asked for.
    case interval
}
