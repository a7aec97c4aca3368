import CSyslatABI
import Foundation

/// The slot of one thread in the captures of this process: what can't be waited for is written there.
public struct SlotMemory: Sendable {
    private static let bytes = Int(SYSLAT_MAX_SLOTS) * MemoryLayout<syslat_slot>.stride

    private let tid: Int32

    public init(tid: Int32) { self.tid = tid }

    /// Waits until the thread is in that call, and changes its slot. Gives the slot as it is then; nil if it does not come so far.
    /// - Parameter entered: how many calls the slot has counted by then; nil for any number.
    public func change(
        inCall number: Int32, entered: UInt32? = nil, _ change: (inout syslat_slot) -> Void = { _ in }
    ) -> syslat_slot? {
        var changed: syslat_slot?
        eventually {
            changed = changeNow(number, entered, change)
            return changed != nil
        }
        return changed
    }

    private func changeNow(_ number: Int32, _ entered: UInt32?, _ change: (inout syslat_slot) -> Void) -> syslat_slot? {
        SharedMap.first(".bss.slots", bytes: SlotMemory.bytes) { memory in
            let slots = memory.bindMemory(to: syslat_slot.self, capacity: Int(SYSLAT_MAX_SLOTS))
            let slot = slots + Int(tid) % Int(SYSLAT_MAX_SLOTS)
            // Where there are fewer threads than slots, only the first ones are in use: the same one, as ids go here.
            guard slot.pointee.thread == UInt32(tid) | SYSLAT_IN_CALL, syslat_call_number(slot.pointee.call) == number,
                entered == nil || slot.pointee.entered == entered
            else { return nil }
            change(&slot.pointee)
            return slot.pointee
        }
    }
}
