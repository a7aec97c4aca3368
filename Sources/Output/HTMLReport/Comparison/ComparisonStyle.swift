import Graphics

/// What pages of comparisons and diffs have beside ``PageStyle``. A verdict has a colour for its marks and its word.
enum ComparisonStyle {
    static let sheet = StyleSheet(
        """
        .vr{fill:var(--failed);color:var(--failed)}.vi{fill:var(--good);color:var(--good)}.vm{fill:var(--preempted);color:var(--preempted)}
        .ve{fill:var(--ink);color:var(--ink)}.vu{fill:var(--c5);color:var(--c5)}.vn{fill:var(--soft);color:var(--soft)}
        .vu.dot,.vn.dot{fill:var(--paper);stroke:var(--ink);stroke-width:1.4}.ci{stroke:var(--ink);fill:none;stroke-width:1.4}
        .row text{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
        .band{fill:var(--rule);opacity:.55}.boot{fill-opacity:.6;stroke:var(--paper);stroke-width:.5}.thin{stroke-width:1.2;opacity:.8}
        .soft{color:var(--soft);font-size:.87rem}.part{white-space:nowrap;margin-right:.7em}.word{font-weight:600;white-space:nowrap}
        .verdict{border-left:6px solid;padding:.1rem 0 .2rem .9rem}.verdict .lead,.verdict dl{color:var(--ink)}.verdict h1{margin:.1rem 0}
        .cells th:first-child{white-space:normal;overflow-wrap:anywhere;min-width:9rem;max-width:22rem}
        .cells .hd td{padding-top:.7rem}
        @media print{.forest{grid-template-columns:repeat(2,1fr)}}

        """)
}
