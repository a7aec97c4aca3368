import Capture
import CaptureSupport
import Probes
import Profile
import Testing

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

        private func profile(_ command: [String], _ set: ProgramSet) throws -> Profile {
            let options = CaptureOptions(target: .command(try ResolvedCommand(command), follow: true), programSet: set)
            return try capture(options)
        }
    }
}
