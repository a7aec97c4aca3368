import PlainText
import Presentation
import Profile

/// What the vDSO served and what it did not: by process, then what one call costs on each path, then why and what to do.
enum VDSOSection {
    /// Blocks of lines; none where there is nothing to say.
    static func blocks(_ context: ReportContext) -> [[String]] {
        let capture = context.profile.capture
        guard let vdso = context.profile.vdso, !VDSOFindings.isNegligible(vdso, capture) else { return [] }
        let explanations = VDSOFindings.explanations(vdso, capture).flatMap {
            DisplayText.wrapped(PlainText.line($0), to: context.width, hanging: 2)
        }
        let byProcess = [context.style.bold("vDSO")] + VDSOProcessTable.lines(vdso, context)
        return [byProcess, VDSOCostTable.lines(vdso, context), explanations]
    }
}
