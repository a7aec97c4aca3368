import Glibc

/// Garwood's interval for the mean of a Poisson distribution after `count` events. It is exact: at least 95 of 100 such intervals
/// hold the true mean, even for small counts.
///
/// Source: F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936).
struct PoissonInterval: Sendable, Hashable {
    let low: Double
    let high: Double

    /// The probability that each end leaves out.
    private static let tail = 0.025

    init(count: UInt64) {
        let seen = Double(count)
        // Each end leaves out `tail`: P(X >= n) at the low end, P(X <= n) at the high end.
        low = count == 0 ? 0 : PoissonInterval.mean(where: seen, reaches: PoissonInterval.tail)
        high = PoissonInterval.mean(where: seen + 1, reaches: 1 - PoissonInterval.tail)
    }

    /// The mean at which `shape` events or more have the given probability: the inverse of the gamma distribution.
    private static func mean(where shape: Double, reaches probability: Double) -> Double {
        // The normal quantiles of 0.025 and 0.975.
        let z = probability < 0.5 ? -1.959_963_984_540_054 : 1.959_963_984_540_054
        // Wilson and Hilferty's cube root: off by less than 1 in 100,000 for a shape above 1000.
        let root = 1 - 1 / (9 * shape) + z / (3 * shape.squareRoot())
        let near = max(0, shape * root * root * root)
        if shape > 1000 { return near }
        var low = 0.0
        var high = near * 2 + 10
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if gammaP(shape, middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularized lower incomplete gamma function P(a, x) by its series, for `a` up to 1000. Source: DLMF 8.11.4.
    static func gammaP(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 0 }
        // Far above the mean the series is long, and P is 1.
        if x > a + 40 * a.squareRoot() + 60 { return 1 }
        var term = 1 / a
        var sum = term
        var index = a
        while term > sum * 1e-16 {
            index += 1
            term *= x / index
            sum += term
        }
        var sign: Int32 = 0
        let logGamma = unsafe lgamma_r(a, &sign)
        return min(1, sum * exp(a * log(x) - x - logGamma))
    }
}
