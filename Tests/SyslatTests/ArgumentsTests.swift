import Testing

@testable import syslat

@Suite struct ArgumentsTests {
    @Test(
        arguments: [
            ([], []),
            (["profile", "-a"], ["profile", "-a"]),
            (["--histogram"], ["--histogram"]),
            (["--histogram=read"], ["--histogram-of=read"]),
            (["-a", "--histogram=read,write", "--top", "3"], ["-a", "--histogram-of=read,write", "--top", "3"]),
            (["--histogram="], ["--histogram-of=,"]),
            (["--histogram=a=b"], ["--histogram-of=a=b"]),
            (["--histograms=read"], ["--histograms=read"]),
            (["--", "cmd", "--histogram=read"], ["--", "cmd", "--histogram=read"]),
            (["--histogram=x", "--", "--histogram=y", "--", "c"], ["--histogram-of=x", "--", "--histogram=y", "--", "c"]),
            (
                ["compare", "--top", "3", "a", "b", "--", "c", "-d"],
                ["compare", "--top", "3", "a", "b", "--new-side=c", "--new-side=-d"]
            ),
            (["compare", "a", "--", "b", "--", "c"], ["compare", "a", "--new-side=b", "--new-side=--", "--new-side=c"]),
            (["compare", "--histogram=a"], ["compare", "--histogram=a"]),
            (["profile", "--", "compare", "--", "x"], ["profile", "--", "compare", "--", "x"]),
        ] as [([String], [String])])
    func `what the parser can't express becomes other options`(given: [String], expected: [String]) {
        #expect(Arguments.prepared(given) == expected)
    }
}
