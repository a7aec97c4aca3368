extension SignatureTexts {
    /// The calls that only 32-bit Arm has.
    static var arm: String {
        """
        arm_fadvise64_64: fd value:fadvise offset offset
        arm_sync_file_range: fd flags:sync-range offset offset
        """
    }
}
