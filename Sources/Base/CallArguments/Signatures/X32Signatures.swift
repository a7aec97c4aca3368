extension SignatureTexts {
    /// The calls whose registers are laid out differently in x32.
    static var x32: String {
        """
        preadv2 pwritev2: fd ptr ulong offset flags:rw
        """
    }
}
