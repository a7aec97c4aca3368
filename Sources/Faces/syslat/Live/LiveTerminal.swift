import Glibc
import Linux
import LiveView
import Profile

/// The full screen of a live view: shows the model, and hands it what is typed.
///
/// Its owner waits for what ``loop`` reports, up to ``deadline``, hands signals and input over, and draws. While another job has the
/// terminal nothing is drawn, and the model goes on.
struct LiveTerminal: ~Copyable {
    var model: LiveModel
    private var screen: FullScreen
    private var renderer: ScreenRenderer
    private let appearance: Appearance
    private var decoder = KeyDecoder()
    /// What the terminal has not taken yet.
    private var waiting: [UInt8] = []
    /// The keyboard, as long as the terminal is ours.
    private var keyboard: EventLoop.Source?
    /// When an Esc stands for itself.
    private var escapeTime: UInt64?
    /// Why the view is over; nil while it is not.
    private(set) var end: End?

    enum End {
        /// The user has seen enough.
        case key
        case signal
        /// There is no terminal any more.
        case terminalGone
    }

    /// How long the rest of a key may take: less than a person needs for the next key.
    private static let escapeNanoseconds: UInt64 = 50_000_000
    /// How often to see whether the terminal is ours again, or takes something again.
    private static let lookNanoseconds: UInt64 = 250_000_000
    /// What must stay in view with the rows of the last table: its header, its titles, and the shell's prompt.
    private static let linesBesideRows = 5
    /// Size of a terminal that doesn't tell.
    private static let usualSize = ScreenSize(columns: 80, rows: 24)

    private static func open() throws(CommandError) -> FullScreen {
        do throws(Errno) { return try FullScreen(leaving: Array(EscapeSequences.leave.utf8)) } catch {
            throw CommandError("The terminal can't be opened: \(error). Use --batch.")
        }
    }

    private static func size(of screen: borrowing FullScreen) -> ScreenSize {
        screen.size.map { ScreenSize(columns: $0.columns, rows: $0.rows) } ?? usualSize
    }

    /// Signals that are events for the view, beside those that end it.
    static let signals = [SIGWINCH, SIGTSTP, SIGCONT]

    /// When to call ``look(_:)`` although nothing happened.
    var deadline: UInt64 {
        let next = keyboard == nil || !waiting.isEmpty ? Clock.monotonic + LiveTerminal.lookNanoseconds : .max
        return min(escapeTime ?? .max, next)
    }

    // MARK: The terminal comes and goes

    /// Takes the terminal if it may, and does what is due.
    mutating func look(_ loop: inout EventLoop) {
        if let time = escapeTime, Clock.monotonic >= time {
            escapeTime = nil
            obey(decoder.timeOut().flatMap { model.press($0) }, &loop)
        }
        guard keyboard == nil, end == nil else { return }
        do throws(Errno) {
            guard try screen.enter() else { return }
            keyboard = try loop.add(readable: STDIN_FILENO)
            waiting = []
            redraw()
            resize()
        } catch { end = .terminalGone }
    }

    private mutating func redraw() {
        renderer.invalidate()
        waiting += Array(EscapeSequences.enter.utf8)
    }

    private mutating func resize() { model.resize(to: LiveTerminal.size(of: screen)) }

    private mutating func dropKeyboard(_ loop: inout EventLoop) {
        if let keyboard { loop.remove(keyboard) }
        keyboard = nil
        escapeTime = nil
        _ = decoder.timeOut()
    }

    private mutating func stop(alone: Bool, _ loop: inout EventLoop) {
        dropKeyboard(&loop)
        screen.stop(alone: alone)
        look(&loop)
    }

    /// Gives the terminal back, and leaves the table on it.
    mutating func close(_ loop: inout EventLoop) {
        dropKeyboard(&loop)
        let wasShown = screen.isEntered
        screen.leave()
        if case .terminalGone = end { return }
        guard wasShown else { return }
        let table = model.tableScreen(rows: max(1, LiveTerminal.size(of: screen).rows - LiveTerminal.linesBesideRows))
        try? Output(path: nil).finish(renderer.lines(of: table))
    }

    // MARK: Events

    mutating func take(signal: Int32, _ loop: inout EventLoop) {
        switch signal {
        case SIGWINCH: resize()
        case SIGTSTP: stop(alone: true, &loop)
        case SIGCONT: goOn(&loop)
        default: end = .signal
        }
    }

    /// After a stop that nobody announced (SIGSTOP) the shell has had the terminal.
    private mutating func goOn(_ loop: inout EventLoop) {
        guard screen.isEntered else { return look(&loop) }
        do throws(Errno) { try screen.setAgain() } catch { end = .terminalGone }
        redraw()
        resize()
    }

    mutating func takeInput(_ loop: inout EventLoop) {
        guard keyboard != nil else { return }
        guard let bytes = screen.read() else { return end = .terminalGone }
        let keys = decoder.take(bytes)
        escapeTime = decoder.isWaiting ? Clock.monotonic + LiveTerminal.escapeNanoseconds : nil
        for key in keys where end == nil { obey(model.press(key), &loop) }
    }

    private mutating func obey(_ commands: [LiveCommand], _ loop: inout EventLoop) {
        for command in commands {
            switch command {
            case .quit: end = .key
            case .suspend: stop(alone: false, &loop)
            case .redraw: redraw()
            case .write(let profile): model.say(LiveFile.write(profile))
            }
        }
    }

    /// Shows the model as it is now. What comes while the terminal is slow is shown when it has caught up.
    mutating func draw() {
        guard screen.isEntered, end == nil else { return }
        do throws(Errno) {
            try screen.offer(&waiting)
            guard waiting.isEmpty else { return }
            waiting += renderer.update(to: model.screen(appearance))
            try screen.offer(&waiting)
        } catch { end = .terminalGone }
    }
}

extension LiveTerminal {
    /// Refuses terminals that can't show it. Takes nothing yet.
    init(_ make: (ScreenSize) -> LiveModel) throws(CommandError) {
        let appearance = try Appearance.ofTerminal()
        let screen = try LiveTerminal.open()
        let model = make(LiveTerminal.size(of: screen))
        let renderer = ScreenRenderer(colors: appearance.colors, glyphs: appearance.glyphs)
        self.init(model: model, screen: screen, renderer: renderer, appearance: appearance)
    }
}
