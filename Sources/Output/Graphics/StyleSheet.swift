/// Style sheets made of constants of the source and of the ``Palette``: nothing that a profile says can be in them.
package struct StyleSheet: Sendable, Hashable {
    package private(set) var text: String

    package init(_ text: StaticString) { self.text = "\(text)" }

    package static func + (first: StyleSheet, second: StyleSheet) -> StyleSheet {
        var sum = first
        sum.text += second.text
        return sum
    }

    /// The colours as variables, for a page that can be switched between light and dark.
    package static let colorsOfPage = StyleSheet(
        constant: ":root{color-scheme:light dark;"
            + Palette.colors.map { "--\($0.name):light-dark(\($0.light),\($0.dark));" }.joined() + "}\n")

    /// The colours as variables, for a drawing by itself, which follows the viewer's preference.
    package static let colorsOfDrawing = StyleSheet(
        constant: "svg{" + Palette.colors.map { "--\($0.name):\($0.light);" }.joined() + "background:var(--paper)}\n"
            + "@media(prefers-color-scheme:dark){svg{" + Palette.colors.map { "--\($0.name):\($0.dark);" }.joined() + "}}\n")

    private init(constant text: String) { self.text = text }

    /// What every plot needs. Lines stay one pixel wide however large the plot is.
    package static let plots = StyleSheet(
        """
        svg{font:11px system-ui,sans-serif;font-variant-numeric:tabular-nums;overflow:visible}
        svg text{fill:var(--soft)}.xl{text-anchor:middle}.yl{text-anchor:end}svg .h,svg .h text{fill:var(--ink);font-weight:600}
        svg>text{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
        .ax{stroke:var(--rule);fill:none}.gr{stroke:var(--grid);fill:none}.ax,.gr{vector-effect:non-scaling-stroke}
        .ran{fill:var(--ran)}.blocked{fill:var(--blocked)}.preempted{fill:var(--preempted)}.failed{fill:var(--failed)}
        .mk{stroke:var(--ink);stroke-dasharray:2 2;fill:none}.mk,.cv{vector-effect:non-scaling-stroke}
        .cv{fill:none;stroke-width:2;stroke-linejoin:round}
        .c0{stroke:var(--c0)}.c1{stroke:var(--c1);stroke-dasharray:7 3}.c2{stroke:var(--c2);stroke-dasharray:2 2}
        .c3{stroke:var(--c3);stroke-dasharray:8 3 2 3}.c4{stroke:var(--c4);stroke-dasharray:12 4}.c5{stroke:var(--c5);stroke-dasharray:4 4}
        .f1{fill:var(--k1)}.f2{fill:var(--k2)}.f3{fill:var(--k3)}.f4{fill:var(--k4)}.f5{fill:var(--k5)}.f6{fill:var(--k6)}
        .g1{stroke:var(--k1)}.g2{stroke:var(--k2)}.g3{stroke:var(--k3)}.g4{stroke:var(--k4)}.g5{stroke:var(--k5)}.g6{stroke:var(--k6)}
        .b0{fill:var(--c0)}.b1{fill:var(--c1)}.b2{fill:var(--c2)}.b3{fill:var(--c3)}.b4{fill:var(--c4)}.b5{fill:var(--c5)}
        .gap{fill:var(--grid)}.pl{stroke:var(--line);fill:none;stroke-width:1.6}.on{filter:drop-shadow(0 0 1px var(--paper)) drop-shadow(0 0 1px var(--paper))}
        .p99{stroke-dasharray:5 2}.pl{vector-effect:non-scaling-stroke;stroke-linejoin:round}

        """)
}

/// The colours of every drawing. Those that tell parts apart are told apart by people with any of the usual colour blindnesses (after Okabe
/// and Ito), differ in lightness too, and have a contrast of 3:1 or more to the paper; each part also has a label, a place or a
/// dash pattern of its own.
package enum Palette {
    package struct Color: Sendable, Hashable {
        package var name, light, dark: String
    }

    /// All colours, in light and in dark surroundings.
    package static let colors: [Color] = [
        ("paper", "#ffffff", "#15181b"), ("ink", "#1a1d21", "#e8eaec"), ("soft", "#545d68", "#a9b2bc"),
        ("rule", "#c3cad1", "#4a525a"), ("grid", "#e9ecef", "#2a2f34"), ("panel", "#f6f7f9", "#1d2125"),
        ("link", "#0b5cad", "#7cbcf5"),
        ("ran", "#0072b2", "#56b4e9"), ("blocked", "#b87400", "#e69f00"), ("preempted", "#a2478a", "#d98fc0"),
        ("failed", "#c2321a", "#ff8263"), ("good", "#1b7a43", "#5fc98a"), ("line", "#111111", "#ffffff"),
        // Curves of several profiles.
        ("c0", "#0072b2", "#56b4e9"), ("c1", "#b85c00", "#f0a040"), ("c2", "#1b7a43", "#5fc98a"), ("c3", "#a2478a", "#d98fc0"),
        ("c4", "#1a1d21", "#e8eaec"), ("c5", "#8a6d00", "#e8d44d"),
        // From few calls to many: one hue, towards the ink.
        ("k1", "#d3e6f3", "#16344a"), ("k2", "#a6cde6", "#1d4f72"), ("k3", "#6eaed6", "#2a709f"), ("k4", "#3a8bc0", "#4c97ca"),
        ("k5", "#12659c", "#86bfe6"), ("k6", "#083a61", "#cfe6f7"),
    ].map { Color(name: $0.0, light: $0.1, dark: $0.2) }
}
