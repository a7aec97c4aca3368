extension String {
    /// Text in a field of fixed size as the kernel side writes it: it ends with a NUL or fills the field, and may hold any bytes.
    init<Field: BitwiseCopyable>(kernelText field: Field) {
        // The bytes of the field, and no more.
        self = unsafe withUnsafeBytes(of: field) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
