import SaturatingMath
import HTMLReport
import HTTPService
import Presentation

extension LiveChoice {
    /// What an address asks for; nil if it has a part that means nothing.
    ///
    /// - Parameter now: how long the capture takes, in nanoseconds: `ago` counts back from there.
    init?(_ query: [HTTPRequest.Parameter], now: UInt64) {
        self.init()
        var ago: UInt64?
        for part in query {
            switch part.name {
            case "window":
                guard let length = WindowLength.nanoseconds(part.value) else { return nil }
                window = length
            case "until":
                guard let time = WindowLength.nanoseconds(part.value) else { return nil }
                until = time
            // Empty as a form sends it where nothing was chosen.
            case "ago" where part.value.isEmpty: break
            case "ago":
                guard let length = part.value == "0m" ? 0 : WindowLength.nanoseconds(part.value) else { return nil }
                ago = length
            case "sort":
                guard let key = SortKey(rawValue: part.value) else { return nil }
                sort = key
            case "filter": filter = String(part.value.prefix(LiveChoice.longestFilter))
            case "call": opened = (opened + [part.value]).suffix(LiveChoice.mostOpened)
            default: return nil
            }
        }
        if let ago { until = ago == 0 ? nil : max(1_000_000_000, now.subtractingSaturating(ago)) }
    }

    private static let longestFilter = 100
}
