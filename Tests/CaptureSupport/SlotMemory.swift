import CSyslatABI
import Foundation

/// The slots of one thread in the captures of this process, that by its id and its own: what can't be waited for is written there.
package struct SlotMemory: Sendable {
    private let tid: Int32

    package init(tid: Int32) { self.tid = tid }

    /// Waits until the thread is in that call, and changes its slot. Gives the slot as it is then; nil if it does not come so far.
    /// - Parameter last: the slot as it was in another call, which must be over.
    package func change(
        inCall number: Int32, after last: syslat_slot? = nil, _ change: (inout syslat_slot) -> Void = { _ in }
    ) -> syslat_slot? {
        var changed: syslat_slot?
        eventually {
            changed = changeNow(number, last, change)
            return changed != nil
        }
        return changed
    }

    /// Puts the thread into a call from which it never returns, once it has been seen and is in none. False if it does not come so far.
    package func pretendCall() -> Bool {
        func isOutside(_ slot: inout syslat_slot) -> syslat_slot? { slot.thread == UInt32(tid) ? slot : nil }
        // A thread is seen in its slot by id first.
        return eventually { slotByID(isOutside) != nil }
            && eventually {
                find {
                    guard isOutside(&$0) != nil else { return nil }
                    $0.entered += 1
                    $0.thread |= SYSLAT_IN_CALL
                    return $0
                } != nil
            }
    }

    private func changeNow(_ number: Int32, _ last: syslat_slot?, _ change: (inout syslat_slot) -> Void) -> syslat_slot? {
        find { slot in
            guard slot.thread == UInt32(tid) | SYSLAT_IN_CALL, syslat_call_number(slot.call) == number,
                // Which call it is is told by its entry: a thread that becomes known counts anew.
                slot.start_ns != last?.start_ns
            else { return nil }
            change(&slot)
            return slot
        }
    }

    /// The first slot of a capture with which `body` can do something: that of a known thread, or the thread's by its id.
    private func find(_ body: (inout syslat_slot) -> syslat_slot?) -> syslat_slot? {
        let own = SharedMap.first(ThreadMemory.section, of: syslat_known_thread.self, count: ThreadMemory.count) { threads in
            for place in 0..<ThreadMemory.count {
                if let slot = body(&threads[place].slot) { return slot }
            }
            return nil
        }
        return own ?? slotByID(body)
    }

    private func slotByID(_ body: (inout syslat_slot) -> syslat_slot?) -> syslat_slot? {
        // Where there are fewer threads than slots, only the first ones are in use: the same one, as ids go here.
        SharedMap.first(".bss.slots", of: syslat_slot.self, count: Int(SYSLAT_MAX_SLOTS)) { slots in
            body(&slots[Int(tid) % Int(SYSLAT_MAX_SLOTS)])
        }
    }
}
