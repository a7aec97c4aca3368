import Graphics
import Presentation

/// What the script of the page reads of a plot, to tell the figures under the pointer: exact integers, in as few characters as they take.
enum PlotData {
    /// Counts, with zeros in a row as one number with a sign: `5 -3 2` for 5, 0, 0, 0, 2.
    static func runs(of counts: [UInt64]) -> String {
        var parts: [String] = []
        var zeros = 0
        for count in counts {
            if count == 0 {
                zeros += 1
                continue
            }
            if zeros > 0 { parts.append("-\(zeros)") }
            zeros = 0
            parts.append(String(count))
        }
        return (parts + (zeros > 0 ? ["-\(zeros)"] : [])).joined(separator: " ")
    }

    /// Four digits, as a number of JavaScript: three are shown. `7842e2`.
    static func rounded(_ value: UInt64) -> String {
        let zeros = String(value).utf8.count - 4
        guard zeros > 1 else { return String(value) }
        let unit = (0..<zeros).reduce(UInt64(1)) { power, _ in power * 10 }
        return "\(DecimalText.rounded(value, per: unit))e\(zeros)"
    }

    /// Where the plot lies in its drawing, and its logarithmic axis of time: from where to where, and the log2 of its ends in thousandths,
    /// which are less than a pixel.
    static func scale(_ left: Double, _ right: Double, _ bottom: Double, _ scale: LogScale) -> String {
        let ends = [scale.lowest, scale.highest].map { String(Int((Scale.log2($0) * 1000).rounded())) }
        return ([left, right, bottom, scale.start, scale.end].map(Coordinate.text) + ends).joined(separator: " ")
    }
}
