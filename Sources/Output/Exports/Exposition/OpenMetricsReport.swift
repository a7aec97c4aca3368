package import Profile

/// A profile as OpenMetrics 1.0 text, for Prometheus and whatever reads its formats.
package enum OpenMetricsReport {
    /// The same profile always gives the same text. Counts are written in full, and durations are exact to the nanosecond.
    package static func render(_ profile: Profile, byProcess: Bool = false) -> String {
        String(decoding: Exposition(profile, byProcess: byProcess).render(.openMetrics), as: UTF8.self)
    }
}
