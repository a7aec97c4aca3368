import Glibc
import Graphics

/// Maps changes, in ln, to places of a drawing: even around none, and ever closer the larger they are. So a call that takes ten times as
/// long leaves room for one that takes five percent longer.
struct ShiftScale: Hashable {
    let start, end: Double
    private let lowest, highest: Double

    /// Changes of more than a million times stand at the ends.
    private static let most = 13.8
    /// Up to here, in ln, places are nearly even: 0.1 is 11 %.
    private static let evenUpTo = 0.1

    /// Everything in `shifts`, and at least three percent to either side.
    init(over shifts: [Double], start: Double, end: Double) {
        let known = shifts.filter(\.isFinite).map { min(max($0, -ShiftScale.most), ShiftScale.most) }
        lowest = ShiftScale.bent(min(known.min() ?? 0, -0.03)) * 1.1
        highest = ShiftScale.bent(max(known.max() ?? 0, 0.03)) * 1.1
        (self.start, self.end) = (start, end)
    }

    /// Shifts outside stand at the ends.
    func position(_ shift: Double) -> Double {
        let bent = min(max(shift.isNaN ? 0 : ShiftScale.bent(shift), lowest), highest)
        let place = start + (end - start) * (bent - lowest) / (highest - lowest)
        // Rounding doesn't take a place out of the plot.
        return min(max(place, min(start, end)), max(start, end))
    }

    private static func bent(_ shift: Double) -> Double { asinh(min(max(shift, -most), most) / evenUpTo) }

    /// Marks at round changes, the most telling first where there isn't room for all.
    func ticks(room: Double) -> [Tick] {
        var ticks: [Tick] = []
        for (factor, label) in ShiftScale.marks {
            let shift = log(factor)
            guard ShiftScale.bent(shift) >= lowest, ShiftScale.bent(shift) <= highest else { continue }
            let place = position(shift)
            guard ticks.allSatisfy({ abs($0.position - place) >= max(room, LabelWidth.distance($0.label, label)) }) else {
                continue
            }
            ticks.append(Tick(position: place, label: label))
        }
        return ticks.sorted { $0.position < $1.position }
    }

    private static let marks: [(Double, String)] = [
        (1, "0"), (1.1, "+10 %"), (0.9, "-10 %"), (1.05, "+5 %"), (0.95, "-5 %"), (1.5, "+50 %"), (0.5, "-50 %"), (10, "×10"),
        (0.1, "-90 %"), (100, "×100"), (0.01, "-99 %"), (2, "×2"), (5, "×5"), (0.2, "-80 %"), (0.3, "-70 %"), (3, "×3"),
        (1.2, "+20 %"), (0.8, "-20 %"), (1.02, "+2 %"),
        (0.98, "-2 %"), (1000, "×1000"), (1e4, "×10k"), (1e6, "×1M"), (1.01, "+1 %"), (0.99, "-1 %"),
    ]
}
