package import Profile

/// What a live view is handed at each refresh.
package struct LiveSnapshot: Sendable {
    /// All since the start.
    package var profile: Profile
    /// How long the capture has gone on, by a clock that never jumps.
    package var timeNanoseconds: UInt64
    /// In nanoseconds since 1970; nil where it isn't known.
    package var wallNanoseconds: UInt64?
    /// What else there is to show, such as the slowest calls.
    package var sections: [LiveSection]

    package init(
        _ profile: Profile, timeNanoseconds: UInt64? = nil, wallNanoseconds: UInt64? = nil, sections: [LiveSection] = []
    ) {
        self.profile = profile
        self.timeNanoseconds = timeNanoseconds ?? profile.capture.durationNanoseconds
        self.wallNanoseconds = wallNanoseconds
        self.sections = sections
    }
}

/// Lines that somebody else has made, under a title. They may have any text in them: control characters are shown, not obeyed.
package struct LiveSection: Sendable, Hashable {
    package var title: String
    package var lines: [String]
    /// The row that they are about: they are shown when it is opened. nil for all rows.
    package var item: LiveItem?

    package init(title: String, lines: [String], item: LiveItem? = nil) {
        (self.title, self.lines, self.item) = (title, lines, item)
    }
}

/// The time that the figures are of, up to now.
package enum LiveWindow: String, Sendable, Hashable, CaseIterable {
    case second = "1 s"
    case tenSeconds = "10 s"
    case minute = "60 s"
    case sinceStart = "since start"

    /// What it should cover. The shortest one is the last refresh where refreshes are longer.
    var nanoseconds: UInt64 {
        switch self {
        case .second: 1_000_000_000
        case .tenSeconds: 10_000_000_000
        case .minute: 60_000_000_000
        case .sinceStart: .max
        }
    }

    func stepped(by step: Int) -> LiveWindow {
        let all = Self.allCases
        return all[((all.firstIndex(of: self) ?? 0) + step + all.count) % all.count]
    }
}
