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
        var changed: syslat_slot?
        for descriptor in SlotMemory.maps() {
            guard let memory = mmap(nil, SlotMemory.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
            else { continue }
            defer { munmap(memory, SlotMemory.bytes) }
            let slots = memory.bindMemory(to: syslat_slot.self, capacity: Int(SYSLAT_MAX_SLOTS))
            let slot = slots + Int(tid) % Int(SYSLAT_MAX_SLOTS)
            // Where there are fewer threads than slots, only the first ones are in use: the same one, as ids go here.
            guard slot.pointee.thread == UInt32(tid) | SYSLAT_IN_CALL, syslat_call_number(slot.pointee.call) == number,
                entered == nil || slot.pointee.entered == entered
            else { continue }
            change(&slot.pointee)
            changed = slot.pointee
        }
        return changed
    }

    /// The maps of slots that this process has open, by the size of their value.
    private static func maps() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo")) ?? []
        return names.compactMap(Int32.init).filter { descriptor in
            let text = (try? String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)) ?? ""
            return text.split(separator: "\n").contains { $0.hasPrefix("value_size:") && $0.hasSuffix("\t\(bytes)") }
        }
    }
}
