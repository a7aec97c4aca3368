import ProfileExercise
import ProfileFile

/// What libFuzzer calls with each input; `make fuzz` links it. A sentence about a bad file is a good answer, all else must hold.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzProfile(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try ProfileExercise.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch let error as ProfileFileError {
        precondition(error.description.hasPrefix("f.syslat"), "an error that does not name the file")
    } catch {
        fatalError("\(error)")
    }
    return 0
}
