import CBPFLog
import CLibbpf
import PlainText
import Glibc

/// An object file that has been read but not yet loaded into the kernel, so it can still be set up.
///
/// Ownership: closes the object when it goes away, unless ``load()`` takes it over.
@safe
package struct OpenBPFObject: ~Copyable {
    private let object: OpaquePointer

    /// Reads an object. `btfPath`: a BTF file of the running kernel, for kernels that carry none.
    /// Errors: EINVAL if it isn't a BPF object; ENOENT for a missing BTF file.
    package init(name: String, image: [UInt8], btfPath: String? = nil) throws(BPFError) {
        syslat_bpf_log_install()
        syslat_bpf_log_clear()
        var options = unsafe bpf_object_open_opts()
        unsafe options.sz = MemoryLayout<bpf_object_open_opts>.size
        // Both strings and the image only have to live as long as the call: libbpf copies them.
        let opened = unsafe name.withCString { name in
            unsafe options.object_name = unsafe name
            func open() -> OpaquePointer? {
                unsafe image.withUnsafeBytes { unsafe bpf_object__open_mem($0.baseAddress, $0.count, &options) }
            }
            guard let btfPath else { return unsafe open() }
            return btfPath.withExactBytes { path in
                unsafe options.btf_custom_path = unsafe path
                return unsafe open()
            }
        }
        guard let opened = unsafe opened else { throw BPFError("open the BPF object \(name)", result: -1) }
        unsafe object = opened
    }

    deinit { unsafe bpf_object__close(object) }

    /// Overwrites the beginning of a data section's initial value, such as `.rodata.config`, with a plain C structure.
    package func setInitialValue<Value>(of map: String, to value: Value) throws(BPFError) {
        var size = 0
        guard let map = unsafe bpf_object__find_map_by_name(object, map),
            let memory = unsafe bpf_map__initial_value(map, &size), size >= MemoryLayout<Value>.size
        else { throw BPFError("set the initial value of \(map)", code: ENOENT) }
        // libbpf owns `size` bytes there until the object is closed.
        unsafe UnsafeMutableRawPointer(mutating: memory).storeBytes(of: value, as: Value.self)
    }

    /// Sets how many entries a map will have, or how many bytes a ring buffer.
    package func setEntries(of map: String, to count: Int) throws(BPFError) {
        let found = unsafe bpf_object__find_map_by_name(object, map)
        try checked("set the size of map \(map) to \(count)") {
            unsafe found == nil ? -ENOENT : bpf_map__set_max_entries(found, UInt32(count))
        }
    }

    /// Chooses which programs ``load()`` loads.
    package func setAutoload(where isWanted: (String) -> Bool) {
        var program = unsafe bpf_object__next_program(object, nil)
        while let current = unsafe program {
            // The name belongs to the object.
            let name = unsafe String(cString: bpf_program__name(current))
            unsafe bpf_program__set_autoload(current, isWanted(name))
            unsafe program = unsafe bpf_object__next_program(object, current)
        }
    }

    /// Creates the maps and loads the programs. Errors: EPERM without CAP_BPF; EINVAL, EACCES from the verifier (see the log).
    package consuming func load() throws(BPFError) -> BPFObject {
        syslat_bpf_log_clear()
        let result = unsafe bpf_object__load(object)
        guard result >= 0 else {
            let error = BPFError("load the BPF programs", result: result)
            _ = consume self
            throw error
        }
        let loaded = unsafe BPFObject(adopting: object)
        discard self
        return loaded
    }
}

/// Programs and maps in the kernel. They go away with this value; links don't.
@safe
package struct BPFObject: ~Copyable {
    private let object: OpaquePointer

    fileprivate init(adopting object: OpaquePointer) { unsafe self.object = unsafe object }

    deinit { unsafe bpf_object__close(object) }

    /// A map of this object; valid as long as the object. Errors: ENOENT.
    package func map(_ name: String) throws(BPFError) -> BPFMap {
        guard let map = unsafe bpf_object__find_map_by_name(object, name) else {
            throw BPFError("find the map \(name)", code: ENOENT)
        }
        return BPFMap(
            name: name, descriptor: unsafe bpf_map__fd(map), keySize: Int(unsafe bpf_map__key_size(map)),
            valueSize: Int(unsafe bpf_map__value_size(map)), entries: Int(unsafe bpf_map__max_entries(map)))
    }

    /// Frees the memory of a data section's initial value, which libbpf keeps as long as the object.
    package func discardInitialValue(of section: String) {
        var size = 0
        guard let map = unsafe bpf_object__find_map_by_name(object, section), let image = unsafe bpf_map__initial_value(map, &size)
        else { return }
        // The image is a mapping of its own, of whole pages, which nothing reads any more. If the kernel refuses, it stays.
        unsafe _ = madvise(UnsafeMutableRawPointer(mutating: image), size, MADV_REMOVE)
    }

    /// Attaches a program to the tracepoint that its section names.
    package func attach(_ program: String) throws(BPFError) -> BPFLink {
        syslat_bpf_log_clear()
        guard let found = unsafe bpf_object__find_program_by_name(object, program) else {
            throw BPFError("find the program \(program)", code: ENOENT)
        }
        guard let link = unsafe bpf_program__attach(found) else {
            throw BPFError("attach the program \(program)", result: -1)
        }
        return unsafe BPFLink(adopting: link)
    }

    /// Attaches a program to a perf event, which is closed when the link goes away.
    package func attach(_ program: String, toPerfEvent descriptor: Int32) throws(BPFError) -> BPFLink {
        syslat_bpf_log_clear()
        guard let found = unsafe bpf_object__find_program_by_name(object, program) else {
            throw BPFError("find the program \(program)", code: ENOENT)
        }
        guard let link = unsafe bpf_program__attach_perf_event(found, descriptor) else {
            throw BPFError("attach the program \(program) to a perf event", result: -1)
        }
        return unsafe BPFLink(adopting: link)
    }

    /// The tracepoint of a classic program, as tracefs names it: "raw_syscalls/sys_enter". Perf events run such a program.
    /// nil for all other programs.
    package func classicTracepoint(of program: String) -> String? {
        guard let found = unsafe bpf_object__find_program_by_name(object, program) else { return nil }
        // The name belongs to the object.
        let section = unsafe String(cString: bpf_program__section_name(found))
        return section.hasPrefix("tp/") ? String(section.dropFirst(3)) : nil
    }

    /// Runs a program of an iterator over all that it iterates over. The program writes no output.
    package func iterate(_ program: String) throws(BPFError) {
        let link = try attach(program)
        let descriptor = try checked("iterate with \(program)") { unsafe bpf_iter_create(bpf_link__fd(link.link)) }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        // EAGAIN: there is more to iterate over.
        while unsafe read(descriptor, &byte, 1) != 0 {
            guard errno == EAGAIN else { throw BPFError("iterate with \(program)", code: errno) }
        }
    }

    /// Runs a `raw_tp` program once, on one CPU or on any, and returns what it returned.
    /// Errors: ENXIO for a CPU that is offline. Kernel: 5.10 (BPF_F_TEST_RUN_ON_CPU).
    package func run(_ program: String, onCPU cpu: Int? = nil) throws(BPFError) -> UInt32 {
        let found = unsafe bpf_object__find_program_by_name(object, program)
        var options = unsafe bpf_test_run_opts()
        unsafe options.sz = MemoryLayout<bpf_test_run_opts>.size
        if let cpu {
            unsafe options.flags = UInt32(BPF_F_TEST_RUN_ON_CPU)
            unsafe options.cpu = UInt32(cpu)
        }
        try checked("run \(program)" + (cpu.map { " on CPU \($0)" } ?? "")) {
            unsafe bpf_prog_test_run_opts(bpf_program__fd(found), &options)
        }
        return unsafe options.retval
    }

    /// What the kernel counts of a program's runs.
    package struct ProgramStatistics: Sendable {
        /// How often the kernel skipped the program because it was already running on the same CPU. Kernel: 5.12, else 0.
        package var recursionMisses: UInt64 = 0
        /// Runs, and their total time, while the kernel's statistics were on (kernel.bpf_stats_enabled); else 0.
        package var runs: UInt64 = 0
        package var nanoseconds: UInt64 = 0
    }

    /// All zero if the kernel has none.
    package func statistics(of program: String) -> ProgramStatistics {
        guard let info = information(of: program) else { return ProgramStatistics() }
        return ProgramStatistics(recursionMisses: info.recursion_misses, runs: info.run_cnt, nanoseconds: info.run_time_ns)
    }

    private func information(of program: String) -> bpf_prog_info? {
        var info = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let found = unsafe bpf_object__find_program_by_name(object, program)
        guard unsafe found != nil, unsafe bpf_obj_get_info_by_fd(bpf_program__fd(found), &info, &size) == 0 else { return nil }
        return info
    }
}

/// A program's attachment to its hook. Detaches when it goes away, and the kernel detaches it if the process dies first.
@safe
package struct BPFLink: ~Copyable {
    fileprivate let link: OpaquePointer

    fileprivate init(adopting link: OpaquePointer) { unsafe self.link = unsafe link }

    deinit { unsafe bpf_link__destroy(link) }
}
