import Linux

/// What a capture leaves when its programs are gone: the command of its target, which may run on.
package struct DetachedTarget: ~Copyable {
    private var watch: TargetWatch
    private var loop: EventLoop
    /// The signal that ended the capture.
    private let signal: Int32?

    /// A command gets the signal that ended the capture, and a moment to end.
    init(watch: consuming TargetWatch, loop: consuming EventLoop, signal: Int32?) {
        if let signal { watch.endCommand(by: signal, &loop) }
        self.watch = watch
        self.loop = loop
        self.signal = signal
    }

    /// Whether the command runs on: for how long, nobody knows.
    package var commandRunsOn: Bool { watch.commandRuns }

    /// Waits for the command, and passes a signal on to it. Returns its exit status; nil if the target isn't a command.
    package mutating func waitForCommand() -> Int32? { watch.waitForCommand(hasHadSignal: signal != nil, &loop) }
}
