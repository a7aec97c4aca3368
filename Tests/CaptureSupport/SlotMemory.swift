import CSyslatABI
import Foundation

/// The slots of one thread in the captures of this process: the one of its id and its own as a known thread. Tests write there
/// what they can't wait for.
package struct SlotMemory: Sendable {
    private let tid: Int32

    package init(tid: Int32) { self.tid = tid }

    /// Waits until the thread is in the call, and changes its slot. Returns the slot as it is then; nil if the thread doesn't get
    /// there.
    /// - Parameter last: the slot as it was in an earlier call, which must have returned.
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

    /// Waits until the thread has been seen and is in no call, and puts it into one that never returns. False if it doesn't come
    /// to that.
    package func pretendCall() -> Bool {
        func isOutside(_ slot: inout syslat_slot) -> syslat_slot? { slot.thread == UInt32(tid) ? slot : nil }
        // A thread is first seen in the slot of its id.
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
                // The entry time tells which call it is. The counter doesn't: it starts again when the thread becomes known.
                slot.start_ns != last?.start_ns
            else { return nil }
            change(&slot)
            return slot
        }
    }

    /// The first slot for which `body` gives a result: one of a known thread, or the slot of the thread's id.
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
        // Where there are fewer thread ids than slots, only the first slots are used. Ids are small enough that both give the
        // same one.
        SharedMap.first(".bss.slots", of: syslat_slot.self, count: Int(SYSLAT_MAX_SLOTS)) { slots in
            body(&slots[Int(tid) % Int(SYSLAT_MAX_SLOTS)])
        }
    }
}
