import Profile
import Testing

@Suite struct BalanceTests {
    private func balance(
        entered: UInt64, completed: UInt64 = 0, inFlight: UInt64 = 0, neverReturned: UInt64 = 0,
        lost: [Balance.LossCause: UInt64] = [:]
    ) -> Balance {
        Balance(
            entered: entered, completed: completed, inFlight: inFlight, neverReturned: neverReturned, lostByCause: lost)
    }

    @Test func `a balance that adds up closes`() {
        let books = balance(entered: 100, completed: 90, inFlight: 4, neverReturned: 3, lost: [.noSlot: 2, .malformed: 1])
        #expect(books.closes)
        #expect(books.lost == 3)
        #expect(books.lostByCause == [.noSlot: 2, .malformed: 1])
    }

    @Test func `calls that nothing explains are lost and unaccounted`() {
        let books = balance(entered: 100, completed: 90, lost: [.noSlot: 2])
        #expect(books.lostByCause == [.noSlot: 2, .unaccounted: 8])
        #expect(books.lost == 10)
        #expect(books.closes)
    }

    @Test func `causes without a lost call are left out`() {
        #expect(balance(entered: 1, completed: 1, lost: [.noSlot: 0, .recursion: 0]).lostByCause.isEmpty)
    }

    @Test func `a call counted twice keeps the balance from closing`() {
        let books = balance(entered: 100, completed: 101)
        #expect(!books.closes)
        #expect(books.lost == 0)
    }

    @Test(
        arguments: [
            (.max, .max, 1, 0, [:]),
            (.max, 1, .max, 0, [:]),
            (.max, 1, 0, .max, [:]),
            (.max, 1, 0, 0, [.noSlot: .max]),
            (.max, 0, 0, 0, [.noSlot: .max, .recursion: .max]),
            (0, .max, 1, 0, [:]),  // 2^64 and 0 are the same 64 bits
            (5, .max, .max, .max, [.malformed: .max, .unaccounted: .max]),
        ] as [(UInt64, UInt64, UInt64, UInt64, [Balance.LossCause: UInt64])])
    func `a balance whose sum does not fit 64 bits never closes`(
        entered: UInt64, completed: UInt64, inFlight: UInt64, neverReturned: UInt64, lost: [Balance.LossCause: UInt64]
    ) {
        let books = balance(
            entered: entered, completed: completed, inFlight: inFlight, neverReturned: neverReturned, lost: lost)
        #expect(!books.closes)
        #expect(books.lostByCause == lost)
        #expect(books.lost == (lost.isEmpty ? 0 : .max))
    }

    @Test func `a balance with figures that stopped at their maximum never closes`() {
        #expect(!balance(entered: .max, completed: .max).closes)
        #expect(balance(entered: .max, completed: .max).isBeyondCounting)
        #expect(!balance(entered: .max, completed: 5).closes)
        // One side alone that stopped is another number than the other.
        #expect(!balance(entered: 5, completed: .max, inFlight: 1).isBeyondCounting)
        #expect(!balance(entered: 7, completed: 7).isBeyondCounting)
        #expect(balance(entered: .max - 1, completed: .max - 1).closes)
    }
}
