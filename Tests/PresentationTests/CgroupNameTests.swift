import Presentation
import Testing

/// Paths as they were met on real hosts, with other ids.
@Suite struct CgroupNameTests {
    private static let id = "3f1c9a2b4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8"
    private static let pod = "8a4b2c1d-0e9f-4a3b-8c7d-6e5f4a3b2c1d"
    private static let podInUnits = "8a4b2c1d_0e9f_4a3b_8c7d_6e5f4a3b2c1d"

    @Test(arguments: [
        // systemd
        ("/system.slice/nginx.service", "nginx.service"),
        ("/system.slice/system-postgresql.slice/postgresql@15-main.service", "postgresql@15-main.service"),
        ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/app-foot-4711.scope", "app-foot-4711.scope"),
        ("/system.slice/containerd.service/kubelet", "containerd.service"),
        ("/system.slice/dev-disk-by\\x2dlabel-swap.swap", "dev-disk-by-label-swap.swap"),
        ("/init.scope", "init.scope"), ("/user.slice", "/user.slice"), ("/", "/"),
        // Docker, with either cgroup driver
        ("/system.slice/docker-\(id).scope", "docker 3f1c9a2b4d5e"), ("/docker/\(id)", "docker 3f1c9a2b4d5e"),
        ("/docker/\(id)/init.scope", "docker 3f1c9a2b4d5e"),
        // Podman
        ("/machine.slice/libpod-\(id).scope", "podman 3f1c9a2b4d5e"), ("/libpod_parent/libpod-\(id)", "podman 3f1c9a2b4d5e"),
        ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope/container", "podman 3f1c9a2b4d5e"),
        // Kubernetes
        (
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(podInUnits).slice/cri-containerd-\(id).scope",
            "containerd 3f1c9a2b4d5e in pod 8a4b2c1d"
        ),
        ("/kubepods.slice/kubepods-pod\(podInUnits).slice/crio-\(id).scope", "crio 3f1c9a2b4d5e in pod 8a4b2c1d"),
        ("/kubepods/besteffort/pod\(pod)/\(id)", "container 3f1c9a2b4d5e in pod 8a4b2c1d"),
        ("/kubepods-besteffort-pod\(podInUnits).slice:cri-containerd:\(id)", "containerd 3f1c9a2b4d5e in pod 8a4b2c1d"),
        ("/kubepods/burstable/pod0123456789abcdef0123456789abcdef", "pod 01234567"),
        ("/kubelet.slice/kubelet-kubepods.slice/kubepods-pod\(podInUnits).slice", "pod 8a4b2c1d"),
        // Others
        ("/lxc.payload.web/system.slice/nginx.service", "lxc web"), ("/lxc/web", "lxc web"),
        ("/machine.slice/machine-debian\\x2dtest.scope/payload", "machine debian-test"),
        ("/ecs/0123456789abcdef/\(id)", "container 3f1c9a2b4d5e"),
        // What only looks like one
        ("/podium/x", "/podium/x"), ("/pod/x", "/pod/x"), ("/docker/short", "/docker/short"), ("/.service", "/.service"),
        ("", ""), ("…/nginx.service", "nginx.service"), ("/a\\x2", "/a\\x2"), ("/a\\x1b.service", "a\\x1b.service"),
    ])
    func `the path of a cgroup tells the unit, the container and the pod`(path: String, label: String) {
        #expect(CgroupName(path).label == label)
    }

    @Test func `ids are whole in data`() {
        let name = CgroupName("/kubepods.slice/kubepods-pod\(Self.podInUnits).slice/cri-containerd-\(Self.id).scope")
        #expect(name.container == CgroupName.Container(engine: "containerd", id: Self.id) && name.pod == Self.pod)
        #expect(name.unit == nil && CgroupName("/system.slice/a.service").container == nil)
    }
}
