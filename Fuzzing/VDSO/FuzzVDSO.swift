import VDSO

/// What libFuzzer calls with each input; `make fuzz-vdso` links it. A sentence about a bad image is a good answer, all else must hold.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzVDSO(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        let image = try VDSOImage(Array(UnsafeBufferPointer(start: bytes, count: count)))
        for symbol in image.symbols { _ = image.function(at: symbol.offset) }
        for name in image.functionNames { precondition(image.function(named: name) != nil, "a function that has no name") }
        _ = VDSOFunctionCatalog(image).main
    } catch {
        precondition(error.description.hasPrefix("The vDSO image"), "an error that is no sentence")
    }
    return 0
}
