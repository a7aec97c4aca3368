extension Sequence {
    /// The elements by a falling figure, and by a rising name where the figure is the same: the order of every list of syslat.
    package func sorted<Figure: Comparable, Name: Comparable>(
        falling figure: (Element) -> Figure, then name: (Element) -> Name
    ) -> [Element] {
        sorted { left, right in
            let (mine, theirs) = (figure(left), figure(right))
            return mine == theirs ? name(left) < name(right) : mine > theirs
        }
    }

    /// The same with a second name, where the first may be the same too.
    package func sorted<Figure: Comparable, Name: Comparable, Other: Comparable>(
        falling figure: (Element) -> Figure, then name: (Element) -> Name, _ other: (Element) -> Other
    ) -> [Element] {
        sorted { left, right in
            let (mine, theirs) = (figure(left), figure(right))
            return mine == theirs ? (name(left), other(left)) < (name(right), other(right)) : mine > theirs
        }
    }
}
