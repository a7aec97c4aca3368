extension Sequence {
    /// The elements by a falling figure, and by a rising name where the figure is the same: the order of every list of syslat.
    ///
    /// Each figure is asked for once: it may be a sum over many calls, and there may be thousands of elements.
    package func sorted<Figure: Comparable, Name: Comparable>(
        falling figure: (Element) -> Figure, then name: (Element) -> Name
    ) -> [Element] {
        ordered({ (figure($0), name($0)) }) { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 > $1.0 }
    }

    /// The same with a second name, where the first may be the same too.
    package func sorted<Figure: Comparable, Name: Comparable, Other: Comparable>(
        falling figure: (Element) -> Figure, then name: (Element) -> Name, _ other: (Element) -> Other
    ) -> [Element] {
        ordered({ (figure($0), name($0), other($0)) }) { $0.0 == $1.0 ? ($0.1, $0.2) < ($1.1, $1.2) : $0.0 > $1.0 }
    }

    /// Places are moved, not elements.
    private func ordered<Key>(_ key: (Element) -> Key, _ isBefore: (Key, Key) -> Bool) -> [Element] {
        let elements = Array(self)
        // Many lists of many intervals have one element, or none.
        guard elements.count > 1 else { return elements }
        let keys = elements.map(key)
        return elements.indices.sorted { isBefore(keys[$0], keys[$1]) }.map { elements[$0] }
    }
}
