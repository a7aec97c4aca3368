import Presentation

/// A mark of an axis.
package struct Tick: Sendable, Hashable {
    /// Where it stands in the drawing.
    package var position: Double
    /// Empty for a mark without a label.
    package var label: String

    package init(position: Double, label: String) { (self.position, self.label) = (position, label) }
}

/// Maps positive numbers to places of a drawing, each factor to the same distance.
package struct LogScale: Sendable, Hashable {
    package let lowest, highest: Double
    package let start, end: Double

    /// Everything from `lowest` to `highest`, at least a factor of two, on the way from `start` to `end`.
    package init(from lowest: Double, to highest: Double, start: Double, end: Double) {
        let low = lowest.isFinite && lowest > 0 ? lowest : 0.5
        let high = highest.isFinite ? max(highest, low) : low
        // A scale of one value has it in its middle.
        (self.lowest, self.highest) = high >= 2 * low ? (low, high) : (low / 2.0.squareRoot(), low * 2 / 2.0.squareRoot())
        (self.start, self.end) = (start, end)
    }

    /// Values outside stand at the ends.
    package func position(_ value: Double) -> Double {
        let bounded = min(max(value.isNaN ? lowest : value, lowest), highest)
        return start + (end - start) * (log2(bounded) - log2(lowest)) / (log2(highest) - log2(lowest))
    }

    /// How many powers of ten it spans.
    package var decades: Double { (log2(highest) - log2(lowest)) / log2(10) }

    private func log2(_ value: Double) -> Double { Scale.log2(value) }
}

/// Maps numbers to places of a drawing.
package struct LinearScale: Sendable, Hashable {
    package let lowest, highest: Double
    package let start, end: Double

    package init(from lowest: Double, to highest: Double, start: Double, end: Double) {
        // Beyond that, a double doesn't tell a value from the next.
        self.lowest = lowest.isFinite ? min(max(lowest, -1e15), 1e15) : 0
        self.highest = highest.isFinite && highest > self.lowest ? min(highest, 1e24) : self.lowest + 1
        (self.start, self.end) = (start, end)
    }

    package func position(_ value: Double) -> Double {
        start + (end - start) * (min(max(value.isNaN ? lowest : value, lowest), highest) - lowest) / (highest - lowest)
    }
}

/// Which marks the axes get: round figures with units, and no more labels than fit.
extension LogScale {
    /// Marks for nanoseconds: powers of ten, minutes and hours, and 2 and 5 of each power where there is room.
    /// - Parameters:
    ///   - room: the least distance of two labels.
    ///   - letters: how large the letters are of labels beside each other, which have the room of their texts as well; nil of labels above each
    ///     other.
    package func timeTicks(room: Double, letters: Double? = nil) -> [Tick] {
        func ticks(at values: [Double]) -> [Tick] { self.ticks(at: values, room: room, letters) }
        let tens = LogScale.roundTimes(of: [1])
        let all = LogScale.roundTimes(of: [1, 2, 5])
        let fine = ticks(at: all)
        // Ones, twos and fives only if all of them have room; else every power, or every third one.
        if fine.count >= 2, fine.count == all.count(where: contains) { return fine }
        let coarse = ticks(at: tens)
        if coarse.count == tens.count(where: contains), coarse.count >= 2 { return coarse }
        let units = ticks(at: tens.enumerated().filter { $0.offset.isMultiple(of: 3) || $0.element >= 60e9 }.map(\.element))
        if units.count >= 2 { return units }
        // Less than a factor of two or three has no such marks.
        return fine.count >= 2 ? fine : ticks(at: Scale.roundValues(from: lowest, to: highest, most: 4))
    }

    /// Marks for counts: powers of ten, as many as fit.
    package func countTicks(room: Double) -> [Tick] {
        let powers = (0...19).map { Scale.power(of: 10, $0) }.filter(contains)
        for step in [1, 2, 3, 6, 9] {
            let some = powers.enumerated().filter { $0.offset.isMultiple(of: step) }.map(\.element)
            let distance = abs(end - start) / max(decades, 0.1) * Double(step)
            if distance >= room || step == 9 {
                return some.map { Tick(position: position($0), label: Scale.count($0)) }
            }
        }
        return []
    }

    private func contains(_ value: Double) -> Bool { value >= lowest && value <= highest }

    private func ticks(at values: [Double], room: Double, _ letters: Double?) -> [Tick] {
        var ticks: [Tick] = []
        for value in values where contains(value) {
            let (place, label) = (position(value), Scale.time(value))
            if let last = ticks.last {
                let ofTexts = letters.map { LabelWidth.distance(last.label, label, letters: $0) } ?? 0
                guard abs(place - last.position) >= max(room, ofTexts) else { continue }
            }
            ticks.append(Tick(position: place, label: label))
        }
        return ticks
    }

    /// 1, 10 and 100 of each unit, with minutes and hours in place of hundreds of seconds.
    private static func roundTimes(of steps: [Double]) -> [Double] {
        let seconds = (0...10).flatMap { power in steps.map { $0 * Scale.power(of: 10, power) } }.filter { $0 <= 20e9 }
        let minutes = [60e9, 120e9, 300e9, 600e9, 1200e9]
        let hours = (0...7).flatMap { power in steps.map { $0 * 3600e9 * Scale.power(of: 10, power) } }
        let isFine = steps.count > 1
        return seconds + (isFine ? minutes : [60e9, 600e9]) + hours
    }
}

extension LinearScale {
    /// Marks for nanoseconds since a beginning: round seconds, minutes or hours.
    package func timeTicks(most: Int) -> [Tick] {
        let span = highest - lowest
        // With their types, without which Swift 6.2 takes too long.
        let subseconds: [Double] = (0...8).flatMap { power in [1, 2, 5].map { $0 * Scale.power(of: 10, power) } }
        let seconds: [Double] = [1e9, 2e9, 5e9, 10e9, 15e9, 30e9]
        let longer: [Double] = [60e9, 120e9, 300e9, 600e9, 900e9, 1800e9, 3600e9, 7200e9, 10_800e9, 21_600e9, 43_200e9]
        let days: [Double] = (0...9).flatMap { power in [1, 2, 5].map { $0 * 86_400e9 * Scale.power(of: 10, power) } }
        let steps = subseconds + seconds + longer + days
        guard let step = steps.first(where: { span / $0 <= Double(max(1, most)) }) else { return [] }
        let places: [Double] = (0...max(1, most)).map { Double($0) * step }
        return places.filter { $0 >= lowest && $0 <= highest }.map {
            Tick(position: position($0), label: $0 == 0 ? "0" : Scale.time($0))
        }
    }
}

extension LinearScale {
    /// Marks for nanoseconds from anywhere on: round figures whose labels differ.
    /// - Parameter room: the least distance of two labels.
    package func valueTicks(most: Int, room: Double) -> [Tick] {
        var ticks: [Tick] = []
        for value in Scale.roundValues(from: lowest, to: highest, most: most) {
            let label = value < 100 ? HumanFormat.cost(nanoseconds: value).spaced : Scale.time(value)
            let last = ticks.last { !$0.label.isEmpty }
            let isFree =
                last.map {
                    $0.label != label && abs(position(value) - $0.position) >= max(room, LabelWidth.distance($0.label, label))
                } ?? true
            ticks.append(Tick(position: position(value), label: isFree ? label : ""))
        }
        return ticks
    }
}

/// Arithmetic and words of scales.
package enum Scale {
    /// `1 µs`, `10 min`: a round figure without the zeros behind the point that ``HumanFormat/duration(nanoseconds:)`` has.
    package static func time(_ nanoseconds: Double) -> String {
        let units: [(String, Double)] = [("h", 3600e9), ("min", 60e9), ("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1)]
        for (name, size) in units where nanoseconds >= size {
            let tenths = (nanoseconds / size * 10).rounded()
            // Ninety seconds are 1.5 minutes, and 100 seconds aren't 1.7 minutes.
            guard abs(tenths / 10 * size - nanoseconds) < size * 1e-9 else { continue }
            let number = HumanFormat.compactCount((tenths / 10).rounded(.down))
            return tenths.truncatingRemainder(dividingBy: 10) == 0
                ? "\(number) \(name)" : "\(number).\(Int(tenths.truncatingRemainder(dividingBy: 10))) \(name)"
        }
        return HumanFormat.quantity(nanoseconds: max(0, nanoseconds)).spaced
    }

    /// `1`, `10k`: a power of ten.
    package static func count(_ power: Double) -> String {
        let units: [(String, Double)] = [("E", 1e18), ("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)]
        for (name, size) in units where power >= size { return "\(Int(min(power / size, 1e6)))\(name)" }
        return "\(Int(power))"
    }

    /// `6.083`: a factor, which needs more than the tenths of a ``Coordinate``.
    package static func thousandths(_ factor: Double) -> String {
        guard factor.isFinite, factor >= 0, factor < 1e6 else { return "1" }
        let number = Int((factor * 1000).rounded())
        return "\(number / 1000)." + String(repeating: "0", count: 3 - String(number % 1000).utf8.count) + "\(number % 1000)"
    }

    /// Round figures within a range, as many as fit and no more than one above `most`.
    static func roundValues(from lowest: Double, to highest: Double, most: Int) -> [Double] {
        let steps = (0...20).flatMap { power in [1, 2, 5].map { $0 * Scale.power(of: 10, power) / 10 } }
        let most = max(1, most)
        guard let step = steps.first(where: { (highest - lowest) / $0 <= Double(most) }) else { return [] }
        let first = (lowest / step).rounded(.up)
        return (0...most).map { (first + Double($0)) * step }.filter { $0 >= lowest && $0 <= highest }
    }

    package static func power(of base: Double, _ exponent: Int) -> Double {
        (0..<max(0, exponent)).reduce(1) { power, _ in power * base }
    }
}
