import CaptureSupport
import Probes
import Profile
import Testing

@testable import Capture

extension Semantics {
    /// What stands before the entries of calls: line 40.
    @Suite struct BeforeEntryTests {
        struct Kind: Sendable, CustomTestStringConvertible {
            let name: String
            let expected: BeforeEntry
            var testDescription: String { name }
        }

        /// A supervised process has a filter too. The traced process is a child of the fixture; the fixture itself is not traced.
        private static let kinds = [
            Kind(name: "filter", expected: .filter), Kind(name: "supervisor", expected: [.filter, .supervisor]),
            Kind(name: "tracer", expected: .tracer),
        ]

        @Test(arguments: kinds, ProgramSet.allCases)
        func `line 40: the report says what stands before a process's calls`(_ kind: Kind, _ set: ProgramSet) throws {
            let profile = try profile(Fixture.command("refusers", kind.name), set)
            let found = profile.processes.map(\.beforeEntry).filter { !$0.isEmpty }
            #expect(found == [kind.expected], "\(profile.processes)")
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 40: nothing stands before most processes`(_ set: ProgramSet) throws {
            let profile = try profile(Fixture.command("children", "fork", "3", "5"), set)
            #expect(profile.processes.count > 1)
            #expect(profile.processes.allSatisfy { $0.beforeEntry.isEmpty }, "\(profile.processes)")
        }

        /// Nothing tells when the process got its filter.
        @Test(arguments: ProgramSet.allCases)
        func `line 40: a filter of before the capture is seen`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(
                Fixture.command("forbidding", "102", "1") + Fixture.gated(Fixture.command("calls.s64", "50")))
            let options = CaptureOptions(target: .processes([program.pid], follow: true), programSet: set)
            let profile = try capture(options) { program.release() }
            #expect(program.wait() == 0)
            #expect(profile.processes.map(\.beforeEntry) == [.filter], "\(profile.processes)")
        }

        /// A sandbox: its filter is older than the processes in it.
        @Test(arguments: ProgramSet.allCases)
        func `line 40: children have the filters of their parents`(_ set: ProgramSet) throws {
            let profile = try profile(
                Fixture.command("forbidding", "102", "1") + Fixture.command("children", "fork", "3", "5"), set)
            #expect(profile.processes.count == 4)
            #expect(profile.processes.allSatisfy { $0.beforeEntry == .filter }, "\(profile.processes)")
        }

        /// Nobody asked for the children, and their ids are used again.
        @Test(arguments: ProgramSet.allCases)
        func `line 40: nothing is kept of children that are not watched`(_ set: ProgramSet) throws {
            let command = try Fixture.command("forbidding", "102", "1") + Fixture.command("children", "fork", "50", "1")
            let options = CaptureOptions(target: .command(try ResolvedCommand(command), follow: false), programSet: set)
            var session = try Session(options)
            try session.start()
            _ = try session.advance(until: nil)
            let left = try session.probes.beforeEntry()
            let profile = try session.finish()
            var target = session.detach()
            #expect(target.waitForCommand() == 0)
            #expect(left.isEmpty, "\(left)")
            #expect(profile.processes.map(\.beforeEntry) == [.filter], "\(profile.processes)")
        }

        private func profile(_ command: [String], _ set: ProgramSet) throws -> Profile {
            let options = CaptureOptions(target: .command(try ResolvedCommand(command), follow: true), programSet: set)
            return try capture(options)
        }
    }
}
