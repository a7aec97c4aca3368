extension FilePlace {
    /// The frame of this place, with its function and what the binary adds to the place.
    ///
    /// - Parameter isReturn: whether the code at this place runs when a call returns. The call itself is before it, and so is its
    ///   function: a call that never returns may be the last instruction of one.
    func named(in binary: Result<Binary, UnnamedReason>, isReturn: Bool) -> NamedFrame {
        let known: Binary
        switch binary {
        case .success(let binary): known = binary
        case .failure(let reason): return NamedFrame(location: .file(self), reason: reason)
        }
        let before: UInt64 = isReturn ? 1 : 0
        var place = self
        place.buildID = buildID ?? known.buildID
        place.address = address ?? known.address(ofFileOffset: fileOffset &- before).map { $0 &+ before }
        guard known.hasFunctions else { return NamedFrame(location: .file(place), reason: .noSymbols) }
        guard let address = place.address else {
            return NamedFrame(location: .file(place), reason: known.hasLayout ? .notInFunction : .addressUnknown)
        }
        guard let function = known.function(at: address &- before) else {
            return NamedFrame(location: .file(place), reason: .notInFunction)
        }
        return NamedFrame(location: .file(place), function: FunctionPlace(name: function.name, offset: address &- function.start))
    }
}
