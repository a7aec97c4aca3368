import Testing
import VDSO

extension Trait where Self == ConditionTrait {
    /// Skips a test, saying why, where the kernel maps no vDSO. Where it can't be read nothing is skipped: to read it is what the
    /// tests are about.
    static var requiresVDSO: Self { .enabled(if: isMapped, "the kernel maps no vDSO into this process") }
}

private var isMapped: Bool {
    do { return try VDSOImage.running() != nil } catch { return true }
}
