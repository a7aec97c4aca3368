import Linux

/// What a capture leaves when its programs are gone: the command of its target, which may run on.
package struct DetachedTarget: ~Copyable {
    private var watch: TargetWatch
    private var loop: EventLoop
    /// The signal that ended the capture.
    private let signal: Int32?

    init(watch: consuming TargetWatch, loop: consuming EventLoop, signal: Int32?) {
        self.watch = watch
        self.loop = loop
        self.signal = signal
    }

    /// Whether the command runs on, and no signal has told it to end.
    package var commandRunsOn: Bool { signal == nil && watch.commandRuns }

    /// Waits for the command, and passes signals on to it. Returns its exit status; nil if the target isn't a command.
    package mutating func waitForCommand() -> Int32? { watch.waitForCommand(after: signal, &loop) }
}
