import Presentation
import Profile
import Testing

@Suite struct ProcessLabelTests {
    @Test(arguments: [
        ("nginx", nil, "nginx"), ("nginx", "nginx", "nginx"), ("cat", "/usr/bin/cat", "cat"), ("bash", "-bash", "bash"),
        ("nginx", "nginx: worker process", "nginx: worker process"), ("postgres", "postgres: walwriter", "postgres: walwriter"),
        ("sshd", "sshd: root@pts/0", "sshd: root@pts/0"), ("redis-server", "/usr/bin/redis-server *:6379", "redis-server *:6379"),
        ("systemd-journal", "/usr/lib/systemd/systemd-journald", "systemd-journald"),
        ("backup.py", "/usr/bin/python3", "backup.py [/usr/bin/python3]"), ("a\u{1b}", "b\u{1b}", "a\\x1b [b\\x1b]"),
        ("", "server", "? [server]"), ("", nil, "?"), ("x", "/", "x"),
    ])
    func `a title is shown where it says more than the name`(comm: String, title: String?, label: String) {
        #expect(ProcessProfile(pid: 1, comm: comm, title: title, series: []).label == label)
    }
}
