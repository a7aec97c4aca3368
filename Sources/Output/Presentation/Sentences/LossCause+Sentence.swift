package import Profile

extension Balance.LossCause {
    /// The same of requests to io_uring.
    package var sentenceOfRequests: String {
        switch self {
        case .noSlot: "there was no room to remember the request"
        case .missedExit: "the completion was not seen, as of requests that found the program's completion queue full"
        default: sentence
        }
    }

    /// The cause as reports say it.
    package var sentence: String {
        switch self {
        case .noSlot: "no slot was free to remember the call"
        case .missedExit: "the return was not seen"
        case .recursion: "the kernel skipped a nested run of the probe"
        case .overflowFull: "ring buffer and overflow histograms were full"
        case .malformed: "the event could not be decoded"
        case .unaccounted: "cause unknown"
        }
    }
}
