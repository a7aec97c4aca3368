import Linux

/// The syslat that runs in a guest, which has no shared libraries.
enum GuestProgram {
    /// A static syslat with everything for debuggers has a fifth of that.
    private static let largestProgram = 1 << 30

    /// Reads it. Throws unless it is a static program of the machine.
    static func read(_ path: String, for machine: GuestMachine) throws(KernelLabError) -> [UInt8] {
        // Of /proc/self/exe.
        let name = ProcFS.link(path)
        let bytes = try contents(of: path, as: "The program for the guest", limit: largestProgram)
        if let reason = obstacle(bytes, for: machine) {
            throw KernelLabError(
                "\(name ?? path) can't run in a guest: \(reason). \(machine.programHint)",
                remedy: .staticProgram)
        }
        return bytes
    }

    /// Why a program can't run; nil if it can. See elf(5) for the numbers.
    static func obstacle(_ bytes: [UInt8], for machine: GuestMachine) -> String? {
        guard bytes.count >= 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return "it isn't a 64-bit program" }
        guard number(bytes, 18, 2) == machine.programMachine else { return "it isn't for \(machine.name)" }
        let (start, size, count) = (number(bytes, 32, 8), number(bytes, 54, 2), number(bytes, 56, 2))
        // A program header of type PT_INTERP (3) names the loader of shared libraries.
        for index in 0..<count where number(bytes, start &+ index * size, 4) == 3 {
            return "it needs shared libraries"
        }
        return nil
    }

    /// A number of the header, lowest byte first; 0 beyond the end.
    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        guard offset >= 0, offset <= bytes.count - count else { return 0 }
        return bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
