import Testing
import VDSO

extension Trait where Self == ConditionTrait {
    /// Skips a test, saying why, if the kernel maps no vDSO. If it can't be read, nothing is skipped: the tests are about reading
    /// it.
    static var requiresVDSO: Self { .enabled(if: isMapped, "the kernel maps no vDSO into this process") }
}

private var isMapped: Bool {
    do { return try VDSOImage.running() != nil } catch { return true }
}
