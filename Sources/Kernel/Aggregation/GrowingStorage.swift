/// An array of noncopyable elements that grows at its end. Elements are reached through ``base``, which moves when it grows.
@safe
struct GrowingStorage<Element: ~Copyable>: ~Copyable {
    /// The elements 0 ..< ``count``.
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        unsafe base = .allocate(capacity: capacity)
    }

    deinit {
        unsafe base.deinitialize(count: count)
        unsafe base.deallocate()
    }

    /// Adds an element and returns its index.
    mutating func append(_ element: consuming Element) -> Int {
        if count == capacity {
            let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
            unsafe larger.moveInitialize(from: base, count: count)
            unsafe base.deallocate()
            unsafe base = unsafe larger
            capacity *= 2
        }
        unsafe (base + count).initialize(to: element)
        count += 1
        return count - 1
    }
}
