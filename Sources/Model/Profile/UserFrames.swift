extension Profile {
    /// The stacks of the program in all slow calls and calls in flight, those of intervals too. Each frame comes with whether it is a return
    /// address, as every one but the innermost is.
    package func forEachUserFrame(_ body: (StackFrame, _ isReturn: Bool) -> Void) {
        func visit(_ details: CallDetails?) {
            for (level, frame) in (details?.userStack ?? []).enumerated() { body(frame, level > 0) }
        }
        for call in slowCalls?.calls ?? [] { visit(call.details) }
        for call in inFlight { visit(call.details) }
        for interval in intervals {
            for call in interval.inFlight?.calls ?? [] { visit(call.details) }
        }
    }

    /// Puts other frames in the place of those of the program, such as ones with names.
    package mutating func replaceUserFrames(_ replacement: (StackFrame, _ isReturn: Bool) -> StackFrame) {
        slowCalls?.replaceUserFrames(replacement)
        for index in inFlight.indices { inFlight[index].details?.replaceUserFrames(replacement) }
        for interval in intervals.indices {
            for index in intervals[interval].inFlight?.calls.indices ?? 0..<0 {
                intervals[interval].inFlight?.calls[index].details?.replaceUserFrames(replacement)
            }
        }
    }
}

extension CallDetails {
    mutating func replaceUserFrames(_ replacement: (StackFrame, _ isReturn: Bool) -> StackFrame) {
        for level in userStack.indices { userStack[level] = replacement(userStack[level], level > 0) }
    }
}
