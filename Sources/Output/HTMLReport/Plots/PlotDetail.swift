/// How finely a call is drawn. A page of many calls stays small enough to be mailed because only those that come first are drawn finely.
struct PlotDetail: Hashable {
    /// Bins of a distribution.
    var bins: Int
    /// Points of a percentile curve.
    var points: Int
    /// Of a heat map.
    var columns, rows: Int

    static let fine = PlotDetail(bins: 64, points: 48, columns: 72, rows: 44)
    static let coarse = PlotDetail(bins: 44, points: 32, columns: 40, rows: 28)
    static let sketch = PlotDetail(bins: 28, points: 18, columns: 24, rows: 18)

    /// - Parameters:
    ///   - place: of the call in the table, from 0.
    ///   - count: how many calls the page has.
    init(ofCallAt place: Int, of count: Int) {
        switch (place, count) {
        case (..<2, _), (_, ..<17): self = .fine
        case (..<4, _), (_, ..<29): self = .coarse
        default: self = .sketch
        }
    }

    private init(bins: Int, points: Int, columns: Int, rows: Int) {
        (self.bins, self.points, self.columns, self.rows) = (bins, points, columns, rows)
    }
}
