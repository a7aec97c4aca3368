import Foundation
import ReportFixtures
import TestSupport
import Testing

@testable import Exports

/// The self-test of a host in JSON.
@Suite struct JSONVDSOTests {
    @Test(arguments: SelfTests.all.keys.sorted())
    func `the JSON self-test matches its snapshot`(name: String) throws {
        let report = try #require(SelfTests.all[name])
        try Snapshot().verify(try JSONReport.render(report, pretty: true), is: "self-test-\(name).json")
        #expect(try JSONReport.render(report).hasSuffix("}\n"))
    }

    /// Other people's programs rely on the names.
    @Test func `the self-test has exactly the names of the schema`() throws {
        let data = Data(try JSONReport.render(SelfTests.sound).utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            document.keys.sorted() == [
                "boundary_mitigations", "functions", "host", "image", "null_call", "probe_floor_p50_ns", "schema", "tool",
                "vsyscall_mode", "warnings",
            ])
        #expect(document["schema"] as? String == "syslat.vdso/2")
        func keys(_ object: Any?) throws -> [String] { try #require(object as? [String: Any]).keys.sorted() }
        #expect(try keys(document["image"]) == ["kernel_version", "size", "symbols"])
        let mitigations = try #require(document["boundary_mitigations"] as? [Any])
        #expect(try keys(mitigations.first) == ["effect", "name", "state"])
        #expect(
            try keys(document["null_call"])
                == ["boundary_ns", "kernel_p50_ns", "name", "syscall_ns", "syscall_ns_quartiles"])
        let functions = try #require(document["functions"] as? [[String: Any]])
        #expect(functions.last?.keys.sorted() == ["name", "not_called"])
        #expect(functions.dropLast().last?.keys.sorted() == ["clock", "error", "name"])
    }
}
