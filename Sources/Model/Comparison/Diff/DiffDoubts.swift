import Profile

/// Why a change between two profiles may be something else than it seems.
enum DiffDoubts {
    static func all(_ before: ComparedFile, _ after: ComparedFile) -> [String] {
        let (mine, theirs) = (before.profile, after.profile)
        return machines(mine, theirs) + times(mine, theirs) + captures(mine, theirs) + losses([before, after])
    }

    private static func machines(_ before: Profile, _ after: Profile) -> [String] {
        var warnings: [String] = []
        if before.host.kernelRelease != after.host.kernelRelease {
            warnings.append(
                "The kernels differ (\(before.host.kernelRelease), \(after.host.kernelRelease)). Whether the second is slower takes "
                    + "several boots of each, and `syslat compare`.")
        } else if before.host.bootID != after.host.bootID {
            warnings.append("The profiles are of different boots, which differ by some percent even if nothing else does.")
        }
        for field in IdentityField.ofBoots where field.name != "kernel" && field.value(before) != field.value(after) {
            warnings.append("The \(field.name) differs: \(field.value(before)) before, \(field.value(after)) after.")
        }
        return warnings
    }

    private static func times(_ before: Profile, _ after: Profile) -> [String] {
        let (mine, theirs) = (before.capture, after.capture)
        guard mine.startedAtNanoseconds <= theirs.startedAtNanoseconds else {
            return ["AFTER began before BEFORE did: every change has the wrong sign, unless you mean it so."]
        }
        let (end, isTooLate) = mine.startedAtNanoseconds.addingReportingOverflow(mine.durationNanoseconds)
        guard isTooLate || end > theirs.startedAtNanoseconds else { return [] }
        return ["The captures overlap: some calls may be in both."]
    }

    private static func captures(_ before: Profile, _ after: Profile) -> [String] {
        var warnings: [String] = []
        for field in IdentityField.ofCaptures where field.value(before) != field.value(after) {
            warnings.append("The profiles were not captured in the same way: their \(field.name) differs.")
        }
        if (before.capture.sampling == nil) != (after.capture.sampling == nil) {
            warnings.append("Only one of the profiles is of sampled calls: its latencies are estimates.")
        }
        // No interval ends at the very nanosecond.
        let lengths = [before, after].map { Double($0.intervals.first?.durationNanoseconds ?? 0) }.sorted()
        if lengths[0] > 0, lengths[1] > 1.1 * lengths[0] {
            warnings.append("The intervals of the profiles differ in length: shorter ones scatter more.")
        }
        return warnings
    }

    private static func losses(_ files: [ComparedFile]) -> [String] {
        files.filter { Double($0.profile.balance.lost) > Double($0.profile.balance.entered) * Compatibility.mostLost }.map { file in
            "\(file.path) lost \(file.profile.balance.lost) of \(file.profile.balance.entered) calls, in the busiest moments: what is "
                + "left looks rarer and faster than it was."
        }
    }
}
