import Graphics

/// Which curve belongs to what.
enum CurveKey {
    /// Of so many curves each has a colour and a dash pattern of its own.
    static let styles = 6

    static func add(to html: inout HTML, _ names: [String]) {
        html.element(.p, [.class("key")]) { key in
            for (number, name) in names.enumerated() {
                key.element(.span, [.class("k")]) {
                    $0.append(sample(number))
                    $0.element(.bdi, text: name)
                }
            }
        }
    }

    /// The line by which a curve is known in the plots.
    static func sample(_ index: Int) -> HTML {
        var html = HTML()
        html.element(.svg, [.class("ln"), .with(.viewBox, "0 0 34 10"), .with(.isHidden, "true")]) { svg in
            svg.empty(.path, [.class("cv c\(index % styles)"), .with(.d, "M1 5h32")])
        }
        return html
    }
}
