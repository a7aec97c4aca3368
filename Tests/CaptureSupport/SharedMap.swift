import CLibbpf
import Foundation

/// A data section of the programs that this process has loaded, as another holder of its descriptor sees it.
enum SharedMap {
    /// Calls `body` with the elements of the section in each capture of this process. Returns the first result that is not nil.
    static func first<Element, Result>(
        _ section: String, of type: Element.Type, count: Int, _ body: (UnsafeMutablePointer<Element>) -> Result?
    ) -> Result? {
        let bytes = count * MemoryLayout<Element>.stride
        for descriptor in descriptors(section) {
            guard let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
            else { continue }
            defer { munmap(memory, bytes) }
            if let result = body(memory.bindMemory(to: type, capacity: count)) { return result }
        }
        return nil
    }

    private static func descriptors(_ section: String) -> [Int32] {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo")) ?? []
        return open.compactMap(Int32.init).filter { name(ofMap: $0) == section }
    }

    private static func name(ofMap descriptor: Int32) -> String? {
        let text = (try? String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)) ?? ""
        guard text.contains("\nmap_id:") else { return nil }
        var info = bpf_map_info()
        var length = UInt32(MemoryLayout<bpf_map_info>.size)
        guard bpf_obj_get_info_by_fd(descriptor, &info, &length) == 0 else { return nil }
        return withUnsafeBytes(of: info.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
