import Foundation

/// How often a test with random inputs repeats: a quarter as often under `make test-fast`, which sets SYSLAT_FAST_TESTS=1.
package func rounds(_ all: Int) -> Int {
    ProcessInfo.processInfo.environment["SYSLAT_FAST_TESTS"] == "1" ? max(1, all / 4) : all
}
