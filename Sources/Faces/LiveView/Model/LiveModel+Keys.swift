import SyscallTable

extension LiveModel {
    /// What a key does. Commands are for the owner.
    package mutating func press(_ key: Key) -> [LiveCommand] {
        message = nil
        switch key {
        case .control("c"): return [.quit]
        case .control("z"): return [.suspend]
        case .control("l"): return [.redraw]
        default: break
        }
        if typed != nil {
            type(key)
            return []
        }
        if showsHelp {
            pressInHelp(key)
            return []
        }
        if case .character(let character) = key { return press(character) }
        switch key {
        case .enter: open()
        case .escape, .backspace: goBack()
        case .left: step(by: -1)
        case .right: step(by: 1)
        default: move(key)
        }
        return []
    }

    private mutating func press(_ character: Character) -> [LiveCommand] {
        switch character {
        case "q": return [.quit]
        case "w": return write()
        case "?", "h": (showsHelp, firstLine) = (true, 0)
        case " ": if isReplay { message = "A replay stands still already: ← and → step." } else { toggleFreeze() }
        case "s": sortBy(sort.stepped(by: 1))
        case "S": sortBy(sort.stepped(by: -1))
        case "r":
            isReversed.toggle()
            arrange()
        case "i": toggleIdle()
        case "g": groupByNext()
        case "t": look(at: window.stepped(by: 1))
        case "T": look(at: window.stepped(by: -1))
        case "/": if opened == nil { typed = filter.text }
        case "j": move(.down)
        case "k": move(.up)
        case "<", ",": step(by: -10)
        case ">", ".": step(by: 10)
        default:
            if let number = character.wholeNumberValue, (1...LiveColumn.allCases.count).contains(number) {
                sortBy(LiveColumn.allCases[number - 1])
            }
        }
        return []
    }

    /// Another column; the same one once more reverses.
    private mutating func sortBy(_ column: LiveColumn) {
        isReversed = column == sort && !isReversed
        sort = column
        arrange()
    }

    private mutating func toggleIdle() {
        idleLast.toggle()
        message =
            sort.isOfTime
            ? "Idle waits come \(idleLast ? "last" : "by their time")."
            : "Idle waits come \(idleLast ? "last" : "by their time") in orders of time."
        arrange()
    }

    private mutating func look(at window: LiveWindow) {
        self.window = window
        arrange()
        if isWholeFile { message = "The file has \(grouping.nouns) for the whole capture only." }
    }

    /// Around. Where there is no more than calls and processes, it says how to get more.
    private mutating func groupByNext() {
        let all = groupings
        grouping = all[((all.firstIndex(of: grouping) ?? 0) + 1) % all.count]
        if grouping == .call, all.count == 2 {
            message = "For other rows, \(isReplay ? "record" : "start") with --by thread, comm, cgroup or file."
        }
        (selected, opened, firstRow, firstLine) = (nil, nil, 0, 0)
        arrange()
    }

    /// The marked row, or the first one in view.
    private mutating func open() {
        guard opened == nil, let item = selected ?? bareRows.dropFirst(firstRow).first?.item,
            history.row(of: item, in: grouping) != nil
        else { return }
        (selected, opened, firstLine) = (item, item, 0)
    }

    /// Undoes the last thing that was asked for: the open row, the filter, the mark.
    private mutating func goBack() {
        if opened != nil {
            opened = nil
        } else if !filter.text.isEmpty {
            filter = LiveFilter("")
            arrange()
        } else {
            selected = nil
        }
    }

    private mutating func step(by steps: Int) {
        if isReplay { step(to: position + steps) }
    }

    private mutating func pressInHelp(_ key: Key) {
        switch key {
        case .up, .down, .pageUp, .pageDown, .home, .end: moveLines(key)
        default: showsHelp = false
        }
    }

    private mutating func move(_ key: Key) {
        guard opened == nil else { return moveLines(key) }
        guard !bareRows.isEmpty else { return }
        let place = selectedPlace
        let wanted: Int
        switch key {
        case .up: wanted = place.map { $0 - 1 } ?? firstRow
        case .down: wanted = place.map { $0 + 1 } ?? firstRow
        case .pageUp: wanted = (place ?? firstRow) - linesInView
        case .pageDown: wanted = (place ?? firstRow) + linesInView
        case .home: wanted = 0
        case .end: wanted = bareRows.count - 1
        default: return
        }
        selected = bareRows[min(max(0, wanted), bareRows.count - 1)].item
        keepInView()
    }

    /// The page that is drawn next doesn't go beyond its end: see ``LiveModel/clampedLine(of:)``.
    private mutating func moveLines(_ key: Key) {
        let last = lastFirstLine
        firstLine = min(firstLine, last)
        switch key {
        case .up: firstLine -= 1
        case .down: firstLine += 1
        case .pageUp: firstLine -= linesInView
        case .pageDown: firstLine += linesInView
        case .home: firstLine = 0
        case .end: firstLine = last
        default: break
        }
        firstLine = min(max(0, firstLine), last)
    }

    /// A key while the filter is typed. It is applied at once, so its effect is seen.
    private mutating func type(_ key: Key) {
        guard var text = typed else { return }
        switch key {
        case .character(let character): if text.count < LiveFilter.longest { text.append(character) }
        case .backspace: if text.isEmpty { return typed = nil } else { text.removeLast() }
        case .control("u"): text = ""
        case .enter:
            typed = nil
            if !filter.isComplete { message = "The filter has a [ without a ]: all rows are shown." }
            return
        case .escape:
            typed = nil
            filter = LiveFilter("")
            return arrange()
        default: return
        }
        typed = text
        filter = LiveFilter(text)
        arrange()
    }
}
