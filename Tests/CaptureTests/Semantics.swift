import CaptureSupport
import Testing

/// Documentation/semantics.md, line by line: a test named `lineN_…` proves line N, under every program set that can.
///
/// Counts are exact, and every capture must close its books with nothing lost. One test at a time: each of them loads
/// programs that all processes of the machine run through.
@Suite(.serialized, .requiresBPF)
enum Semantics {}
