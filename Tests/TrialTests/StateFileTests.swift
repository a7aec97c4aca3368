import TestSupport
import Testing
import Trial

/// The order of boots, the state file and the texts.
@Suite struct StateFileTests {
    @Test func `boots take turns in blocks`() {
        #expect(KernelTurns.order(kernels: 2, boots: 4) == [0, 1, 1, 0, 0, 1, 1, 0])
        #expect(KernelTurns.order(kernels: 1, boots: 2) == [0, 0])
        #expect(KernelTurns.order(kernels: 3, boots: 2) == [0, 1, 2, 2, 1, 0])
        for kernels in 2...8 {
            for boots in 1...9 {
                let order = KernelTurns.order(kernels: kernels, boots: boots)
                // Each block has each kernel once.
                for block in 0..<boots { #expect(Set(order[(block * kernels)..<((block + 1) * kernels)]).count == kernels) }
            }
        }
        let names = TrialPlan.sample(boots: 2).plannedBoots.map(\.fileName)
        #expect(names == ["6.1-1.syslat", "6.12-1.syslat", "6.12-2.syslat", "6.1-2.syslat"])
    }

    @Test func `the release of a kernel can't lead a profile elsewhere`() {
        #expect(KernelTurns.fileName("6.1.0-1~bpo+x_y") == "6.1.0-1~bpo+x_y")
        #expect(KernelTurns.fileName("../../etc/x") == "_._.._etc_x")
        #expect(KernelTurns.fileName("..") == "_.")
        #expect(KernelTurns.fileName("a\u{1b}[31mé") == "a__31m_")
        #expect(KernelTurns.fileName(String(repeating: "9", count: 1000)).count == 100)
    }

    @Test func `a state file gives back what was written`() throws {
        var generator = SeededGenerator.fromEnvironment()
        let kinds: [TrialEvent.Kind] = [.armed, .began, .measured, .failed, .ending, .returning]
        for _ in 0..<rounds(200) {
            var plan = TrialPlan.sample(boots: Int.random(in: 1...5, using: &generator))
            if Bool.random(using: &generator) { plan.measurement = .service(unit: "a\u{7}b\u{10ffff}.service", seconds: .max) }
            var state = TrialState(plan)
            for _ in 0..<Int.random(in: 0...30, using: &generator) {
                let kind = kinds.randomElement(using: &generator) ?? .armed
                let boot =
                    kind == .ending || kind == .returning ? nil : Int.random(in: 0..<plan.plannedBoots.count, using: &generator)
                state.record(TrialEvent(kind, boot: boot, bootID: "id", why: "line\nbreak \"quoted\"", at: generator.next()))
            }
            let read = try TrialState(decoding: state.encoded())
            #expect(read == state)
            // Whatever the order of events, the texts and the next action can be had.
            #expect(read.statusText.contains("Usual kernel: 6.1."))
            _ = read.next(in: TrialSituation(bootID: "id", release: "6.12", programHash: "hash", profiles: [0]))
        }
    }

    @Test func `damage of single bytes is refused or read, and traps nowhere`() throws {
        var generator = SeededGenerator.fromEnvironment()
        var state = TrialState(.sample())
        state.record(TrialEvent(.armed, boot: 0, bootID: "a", at: 1))
        state.record(TrialEvent(.failed, boot: 0, bootID: "b", why: "why", at: 2))
        let whole = try state.encoded()
        var refused = 0
        for _ in 0..<rounds(4000) {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
            guard let read = try? TrialState(decoding: bytes) else {
                refused += 1
                continue
            }
            _ = read.statusText
            _ = read.plan.unit
            _ = read.next(in: TrialSituation(bootID: "c", release: "6.12", programHash: "hash", profiles: []))
        }
        #expect(refused > rounds(4000) / 4)
    }

    @Test(arguments: [
        (#""boots":3"#, #""boots":1000000000"#), (#""boots":3"#, #""boots":-1"#), (#""folder":"/srv/trial""#, #""folder":"srv""#),
        (#""release":"6.12""#, #""release":"6.1""#), (#""syslatTrial":1"#, #""syslatTrial":2"#), (#""boot":0"#, #""boot":6"#),
        (#""boot":0"#, #""boot":-1"#), (#""kind":"armed""#, #""kind":"other""#),
        (#""settleSeconds":60"#, #""settleSeconds":86401"#),
    ])
    func `a state that contradicts itself is refused`(_ old: String, _ new: String) throws {
        var state = TrialState(.sample())
        state.record(TrialEvent(.armed, boot: 0, bootID: "a", at: 1))
        let text = String(decoding: try state.encoded(), as: UTF8.self)
        let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(parts.count == 2)
        #expect(throws: TrialError.self) { try TrialState(decoding: Array((parts[0] + new + parts[1]).utf8)) }
    }

    @Test func `the unit runs a step when everything else has been started`() {
        var plan = TrialPlan.sample()
        #expect(plan.unit.contains("\nAfter=multi-user.target\n"))
        #expect(plan.unit.contains("\nExecStart=/usr/bin/syslat trial step\n"))
        #expect(plan.unit.contains("\nRequiresMountsFor=/srv/trial /usr/bin/syslat\n"))
        plan.measurement = .service(unit: "postgresql.service", seconds: 600)
        #expect(plan.unit.contains("\nAfter=multi-user.target postgresql.service\n"))
    }

    @Test func `the status has a line for each boot, and each failure`() {
        var state = TrialState(.sample(boots: 1))
        #expect(
            state.statusText == """
                0 of 2 boots measured. It has not begun.
                Usual kernel: 6.1. Profiles: /srv/trial
                  1  6.1  to come
                  2  6.12  to come

                """)
        state.record(TrialEvent(.armed, boot: 0, bootID: "a", at: 1))
        state.record(TrialEvent(.began, boot: 0, bootID: "b", at: 2))
        state.record(TrialEvent(.measured, boot: 0, bootID: "b", at: 3))
        for attempt in 1...3 {
            state.record(TrialEvent(.armed, boot: 1, bootID: "b\(attempt)", at: 4))
            state.record(TrialEvent(.failed, boot: 1, bootID: "c\(attempt)", why: "6.1 came up instead", at: 5))
        }
        state.record(TrialEvent(.ending, bootID: "c", at: 6))
        #expect(
            state.statusText == """
                1 of 2 boots measured, 1 given up. All boots have been made.
                Usual kernel: 6.1. Profiles: /srv/trial
                  1  6.1  6.1-1.syslat
                  2  6.12  given up after 3 attempts
                       failed: 6.1 came up instead
                       failed: 6.1 came up instead
                       failed: 6.1 came up instead

                """)
    }
}
