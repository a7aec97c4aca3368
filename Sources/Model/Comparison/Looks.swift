import Glibc

/// When a comparison that goes on until it is decided looks at its boots, and how strictly it judges each time.
///
/// Each look is a comparison of its own, at a part of the level, and all parts together are less than the level. So the chance of a false
/// verdict at any of them is at most the level, whatever boots are like, and however many looks there are: the chance that any of several
/// things happens is at most the sum of their chances (Boole). Bounds that make use of what successive looks have in common (Lan and
/// DeMets, "Discrete sequential boundaries for clinical trials", 1983) would save a boot or two, and hold for normal data only.
package enum Looks {
    /// After how many boots of each kernel, by the number of the look from 1 on; nil where there are no more looks. Each look has some 40 %
    /// more boots than the one before: the first where one is able to decide, and the last where ``Resolution/mostBoots`` is reached.
    package static func boots(at look: Int) -> Int? {
        let all = [7, 10, 14, 20, 28, 40, 56, 78, Resolution.mostBoots]
        return look >= 1 && look <= all.count ? all[look - 1] : nil
    }

    /// The level of one look: half of the whole, a sixth, a twelfth, … The first k of them have k / (k + 1) of it together. Rounded down to
    /// three digits, so that a person can type it.
    package static func level(at look: Int, of alpha: Double) -> Double {
        let look = Double(max(1, look))
        let exact = alpha / (look * (look + 1))
        let scale = pow(10, 2 - log10(exact).rounded(.down))
        // 0.025 is a little less in binary.
        return (exact * scale * (1 + 1e-12)).rounded(.down) / scale
    }
}
