import CSyslatABI

/// The tables of known threads in the captures of this process. A thread without a place there takes the general path.
package enum ThreadMemory {
    static let section = ".bss.threads"
    static let count = Int(SYSLAT_KNOWN_THREADS)
    /// An address at which no thread has its registers.
    private static let nobody: UInt64 = 2

    /// Takes all free places in every capture. Returns how many were free in the capture with the most.
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

    /// How many places are taken in the capture with the most.
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
