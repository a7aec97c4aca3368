import TestSupport
import Testing
import Trial

/// The whole of a trial on a machine that loses its power, panics and hangs.
@Suite struct PowerCutTests {
    /// Runs a trial to its end. The power comes back after each cut.
    /// - Returns: how often the machine booted.
    private func run(_ plan: TrialPlan, on machine: SimulatedMachine) throws -> Int {
        func goesOn(_ step: () throws -> TrialRunner<SimulatedMachine>.Result) throws -> Bool {
            do { return try step() == .rebooting } catch is PowerCut { return true }
        }
        let runner = TrialRunner(machine)
        guard try goesOn({ try runner.start(plan) }) else { return 0 }
        for boots in 1...2000 {
            machine.boot()
            guard machine.isUnitEnabled else { return boots }
            if try !goesOn({ try runner.step() }) { return boots }
        }
        Issue.record("the machine boots for ever")
        return .max
    }

    /// Whatever has happened: the machine is as it was, and each planned boot is told of.
    private func checkEnd(_ plan: TrialPlan, _ machine: SimulatedMachine, _ boots: Int, cuts: Int, seed: UInt64 = 1) throws {
        #expect(machine.release == plan.usual, "seed \(seed)")
        #expect(machine.nextEntry == nil, "seed \(seed)")
        #expect(!machine.isUnitEnabled, "seed \(seed)")
        #expect(!machine.hasState, "seed \(seed)")
        // Each attempt takes a boot and, where the machine went down in it, one of the usual kernel; then comes the way back.
        #expect(boots <= 2 * plan.plannedBoots.count * TrialPlan.mostAttempts + 3 + 2 * cuts, "seed \(seed)")
        guard let bytes = machine.lastState else {
            // The power was cut before anything began.
            #expect(machine.profiles.isEmpty && machine.conclusions == 0 && cuts > 0)
            return
        }
        #expect(machine.conclusions >= 1)
        let state = try TrialState(decoding: bytes)
        for boot in plan.plannedBoots {
            switch state.outcome(of: boot.index) {
            case .measured: #expect(machine.profiles.contains(boot.fileName))
            case .givenUp(let attempts, let why): #expect(attempts == TrialPlan.mostAttempts && !why.isEmpty)
            case .waiting: Issue.record("boot \(boot.index) is neither measured nor noted, seed \(seed)")
            }
        }
    }

    @Test(arguments: ["6.1", "6.12", "5.10"])
    func `a quiet machine makes each boot once and ends with the usual kernel`(usual: String) throws {
        let plan = TrialPlan.sample(boots: 3, usual: usual)
        let machine = SimulatedMachine(plan, seed: 1)
        let boots = try run(plan, on: machine)
        try checkEnd(plan, machine, boots, cuts: 0)
        #expect(machine.profiles == Set(plan.plannedBoots.map(\.fileName)))
        // A B B A A B: where the last kernel isn't the usual one, one boot more leads back.
        #expect(boots == (usual == "6.12" ? 6 : 7))
    }

    @Test func `a power cut at any single write loses no boot`() throws {
        for usual in ["6.1", "5.10"] {
            let plan = TrialPlan.sample(boots: 2, usual: usual)
            let quiet = SimulatedMachine(plan, seed: 1)
            _ = try run(plan, on: quiet)
            #expect(quiet.writes > 20)
            for cut in 1...quiet.writes {
                // Both with and without the write itself.
                for seed: UInt64 in 1...6 {
                    let machine = SimulatedMachine(plan, seed: seed)
                    machine.cuts = [cut]
                    let boots = try run(plan, on: machine)
                    try checkEnd(plan, machine, boots, cuts: 1, seed: seed)
                    if machine.lastState != nil { #expect(machine.profiles.count == 4, "cut \(cut), seed \(seed)") }
                }
            }
        }
    }

    @Test func `panics, hangs, failures and many power cuts always end with the usual kernel`() throws {
        var seeds = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(160) {
            let seed = seeds.next()
            var generator = SeededGenerator(seed: seed)
            let kernels = Array(["6.1", "6.6", "6.12"].prefix(Int.random(in: 2...3, using: &generator)))
            let usual = Bool.random(using: &generator) ? kernels[0] : Bool.random(using: &generator) ? kernels[1] : "5.10"
            let plan = TrialPlan.sample(kernels: kernels, boots: Int.random(in: 1...4, using: &generator), usual: usual)
            let machine = SimulatedMachine(plan, seed: seed)
            machine.panicsAtBoot = UInt64.random(in: 0...70, using: &generator)
            machine.panicsInMeasurements = UInt64.random(in: 0...50, using: &generator)
            machine.failingMeasurements = UInt64.random(in: 0...30, using: &generator)
            machine.cuts = Set(
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in Int.random(in: 1...120, using: &generator) })
            let boots = try run(plan, on: machine)
            try checkEnd(plan, machine, boots, cuts: machine.cuts.count, seed: seed)
        }
    }

    @Test func `an abort at any moment leaves the usual kernel for the next boot, also when the power is cut`() throws {
        var seeds = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(200) {
            let seed = seeds.next()
            var generator = SeededGenerator(seed: seed)
            let plan = TrialPlan.sample(boots: 2, usual: Bool.random(using: &generator) ? "6.1" : "5.10")
            let machine = SimulatedMachine(plan, seed: seed)
            let runner = TrialRunner(machine)
            _ = try runner.start(plan)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                machine.boot()
                _ = try runner.step()
            }
            // Either it ends, or the power is cut at one of its writes, and it ends or goes on.
            let isCut = Bool.random(using: &generator)
            if isCut { machine.cuts = [machine.writes + Int.random(in: 1...6, using: &generator)] }
            do {
                #expect(try runner.abort() == .ended(complaint: nil), "seed \(seed)")
                #expect(machine.nextEntry == nil && !machine.isUnitEnabled && !machine.hasState, "seed \(seed)")
            } catch is PowerCut {
                #expect(isCut)
            }
            for _ in 0..<20 {
                machine.boot()
                if !machine.isUnitEnabled { break }
                _ = try runner.step()
            }
            #expect(machine.release == plan.usual && machine.nextEntry == nil && !machine.hasState, "seed \(seed)")
            #expect(!machine.isUnitEnabled, "seed \(seed)")
        }
    }

    @Test func `another program ends the trial and goes back`() throws {
        for boots in 1...5 {
            let plan = TrialPlan.sample(usual: "5.10")
            let machine = SimulatedMachine(plan, seed: 1)
            let runner = TrialRunner(machine)
            _ = try runner.start(plan)
            for _ in 1..<boots {
                machine.boot()
                _ = try runner.step()
            }
            machine.programHash = "another"
            let measured = machine.profiles
            for _ in 0..<3 where machine.isUnitEnabled {
                machine.boot()
                _ = try runner.step()
            }
            #expect(machine.release == "5.10" && !machine.isUnitEnabled && !machine.hasState)
            #expect(machine.profiles == measured)
            let state = try TrialState(decoding: try #require(machine.lastState))
            #expect(state.endedEarly == "/usr/bin/syslat is another program than the one that began the trial")
        }
    }

    @Test func `another program that takes a step in the same boot takes the choice back`() throws {
        let plan = TrialPlan.sample(usual: "5.10")
        let machine = SimulatedMachine(plan, seed: 1)
        let runner = TrialRunner(machine)
        _ = try runner.start(plan)
        machine.boot()
        // It has measured, chosen the next kernel and asked for a reboot, which has not come yet.
        _ = try runner.step()
        #expect(machine.release == "6.1" && machine.nextEntry == "entry-6.12")
        machine.programHash = "another"
        let result = try runner.step()
        #expect(result == .rebooting && machine.nextEntry == nil)
        machine.boot()
        #expect(machine.release == "5.10")
    }

    @Test func `a step that is taken twice in one boot measures once`() throws {
        let plan = TrialPlan.sample()
        let machine = SimulatedMachine(plan, seed: 1)
        let runner = TrialRunner(machine)
        _ = try runner.start(plan)
        machine.boot()
        _ = try runner.step()
        let again = try runner.step()
        #expect(again == .rebooting && machine.profiles.count == 1 && machine.nextEntry == "entry-6.12")
    }

    @Test func `a loader that refuses ends the trial before anything boots`() throws {
        let plan = TrialPlan.sample()
        let machine = SimulatedMachine(plan, seed: 1)
        machine.loaderRefuses = true
        let result = try TrialRunner(machine).start(plan)
        #expect(result == .ended(complaint: nil))
        #expect(!machine.hasState && !machine.isUnitEnabled && machine.profiles.isEmpty)
    }

    @Test func `somebody makes another kernel the default meanwhile: the trial ends there and doesn't boot for ever`() throws {
        for seed: UInt64 in 1...20 {
            let plan = TrialPlan.sample(usual: "6.1")
            let machine = SimulatedMachine(plan, seed: seed)
            machine.panicsAtBoot = 30
            let runner = TrialRunner(machine)
            _ = try runner.start(plan)
            machine.defaultRelease = "6.12"
            var boots = 0
            while machine.isUnitEnabled, boots < 100 {
                machine.boot()
                _ = try runner.step()
                boots += 1
            }
            #expect(boots < 30, "seed \(seed)")
            #expect(!machine.hasState && machine.nextEntry == nil)
        }
    }

    @Test func `a damaged state is refused, and nothing is rebooted`() throws {
        let plan = TrialPlan.sample()
        let machine = SimulatedMachine(plan, seed: 1)
        _ = try TrialRunner(machine).start(plan)
        let whole = try #require(machine.state)
        // A prefix that ends with a line would be whole: files are replaced as a whole, so there is none.
        for length in stride(from: 0, to: whole.count, by: 7) where whole[max(0, length - 1)] != UInt8(ascii: "\n") {
            try machine.writeState(Array(whole.prefix(length)))
            machine.boot()
            let writes = machine.writes
            #expect(throws: TrialError.self) { try TrialRunner(machine).step() }
            #expect(machine.writes == writes)
        }
    }

    @Test func `a trial with a damaged state can be aborted`() throws {
        let plan = TrialPlan.sample()
        let machine = SimulatedMachine(plan, seed: 1)
        let runner = TrialRunner(machine)
        _ = try runner.start(plan)
        #expect(machine.nextEntry != nil)
        try machine.writeState([1, 2, 3])
        let result = try runner.abort()
        guard case .ended(let complaint?) = result else {
            Issue.record("it did not end with a complaint: \(result)")
            return
        }
        #expect(complaint.contains("its end is missing"))
        #expect(machine.nextEntry == nil && !machine.isUnitEnabled && !machine.hasState)
        let again = try runner.abort()
        #expect(again == .noTrial)
    }
}
