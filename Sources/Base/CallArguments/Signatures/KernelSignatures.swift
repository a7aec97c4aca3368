extension SignatureTexts {
    /// Calls on the kernel as a whole, its modules, keys and security.
    static var kernel: String {
        """
        uname: ptr
        sethostname setdomainname: string size
        syslog: value:log-action ptr int
        reboot: value:reboot-magic value:reboot-magic2 value:reboot ptr
        getrandom: ptr size flags:random
        bpf: value:bpf ptr uint
        init_module: ptr ulong string
        finit_module: fd string flags:module
        delete_module: string flags:delete-module
        kexec_load: ptr ulong ptr longflags:kexec
        kexec_file_load: fd fd ulong string longflags:kexec-file
        add_key: string string ptr size key
        request_key: string string string key
        keyctl: by:keyctl
        landlock_create_ruleset: ptr size flags:landlock-ruleset -> descriptor
        landlock_add_rule: fd value:landlock-rule ptr hex
        landlock_restrict_self: fd flags:landlock-restrict
        lsm_get_self_attr: value:lsm-attribute ptr ptr hex
        lsm_set_self_attr: value:lsm-attribute ptr uint hex
        lsm_list_modules: ptr ptr hex
        uselib: path
        _sysctl: ptr
        """
    }
}
