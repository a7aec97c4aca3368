import Testing

@testable import Aggregation

@Suite struct EndedGroupsTests {
    @Test func `where the oldest are forgotten, the names that something was added to last are kept`() {
        var groups = EndedGroups(keepingNewest: 3)
        for name in ["a", "b", "c", "a", "d", "e"] { groups.add(GroupSums(), to: name) }
        #expect(groups.sums.keys.compactMap { $0 }.sorted() == ["a", "d", "e"] && groups.sums[nil] == nil)
        for number in 0..<10_000 { groups.add(GroupSums(), to: "job\(number)") }
        #expect(groups.sums.keys.compactMap { $0 }.sorted() == ["job9997", "job9998", "job9999"])
    }

    @Test func `otherwise names beyond the limit are together in one group`() {
        var groups = EndedGroups()
        for number in 0..<(EndedGroups.usualLimit + 50) { groups.add(GroupSums(), to: "job\(number)") }
        #expect(groups.sums.count == EndedGroups.usualLimit + 1 && groups.sums[nil] != nil && groups.sums["job7"] != nil)
    }
}
