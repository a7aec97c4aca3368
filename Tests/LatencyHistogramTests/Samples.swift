import LatencyHistogram

/// Values such as the latencies of a system call, from a seed.
enum Samples: CaseIterable, Sendable {
    case constant, fewSmall, uniform, everyMagnitude, twoModes, longTail, aboveRange, edges

    func values<Generator: RandomNumberGenerator>(_ count: Int, using random: inout Generator) -> [UInt64] {
        (0..<count).map { _ in value(using: &random) }
    }

    private func value<Generator: RandomNumberGenerator>(using random: inout Generator) -> UInt64 {
        switch self {
        case .constant: 12_345
        case .fewSmall: .random(in: 0...3, using: &random)
        case .uniform: .random(in: 100_000...200_000, using: &random)
        case .everyMagnitude: random.next() >> UInt64.random(in: 22...63, using: &random)
        case .twoModes: .random(in: 140...180, using: &random) * (UInt64.random(in: 0..<10, using: &random) < 9 ? 1 : 30_000)
        case .longTail: 300 + (1 << UInt64(random.next().leadingZeroBitCount)) * .random(in: 1...500, using: &random)
        case .aboveRange: .random(in: BucketScheme.rangeEnd / 2...BucketScheme.rangeEnd * 2, using: &random)
        case .edges: (1 << UInt64.random(in: 1...42, using: &random)) - .random(in: 0...1, using: &random)
        }
    }
}

extension LatencyHistogram {
    init(recording values: [UInt64]) {
        var recorder = HistogramRecorder()
        for value in values { recorder.record(value) }
        self = recorder.snapshot()
    }
}
