import CSyslatABI

/// The memory by which the captures of this process tell threads. Who has no place in it is looked up by the kernel.
package enum ThreadMemory {
    static let section = ".bss.threads"
    static let count = Int(SYSLAT_KNOWN_THREADS)
    /// An address of something that is no thread's.
    private static let nobody: UInt64 = 2

    /// Takes all places that are free, in every capture. Gives how many there were in the one that had most.
    package static func occupy() -> Int {
        var most = 0
        each { threads in
            var free = 0
            for place in 0..<count where threads[place].registers == 0 {
                threads[place].registers = nobody
                free += 1
            }
            most = max(most, free)
        }
        return most
    }

    /// How many places are taken, in the capture where it is most.
    package static func taken() -> Int {
        var most = 0
        each { threads in most = max(most, (0..<count).count { threads[$0].registers != 0 }) }
        return most
    }

    private static func each(_ body: (UnsafeMutablePointer<syslat_known_thread>) -> Void) {
        let _: Never? = SharedMap.first(section, of: syslat_known_thread.self, count: count) { threads in
            body(threads)
            return nil
        }
    }
}
