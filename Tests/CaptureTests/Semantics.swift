import CaptureSupport
import Testing

/// Documentation/semantics.md, line by line: a test named `line N: …` proves line N, under every program set that can.
///
/// Counts are exact, and every balance must close with nothing lost. The tests run one at a time, since each loads programs that
/// every process of the machine runs through.
@Suite(.serialized, .requiresBPF)
enum Semantics {}
