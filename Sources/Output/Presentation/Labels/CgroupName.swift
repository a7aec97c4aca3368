/// What the path of a cgroup says about the processes in it, in the words of those who made it: service managers, container engines and
/// Kubernetes.
///
/// Source of the forms: systemd's CGROUP_DELEGATION.md and unit naming, and the cgroup drivers of runc, Docker, containerd, CRI-O, Podman
/// and the kubelet.
package struct CgroupName: Sendable, Hashable {
    package struct Container: Sendable, Hashable {
        /// What made it: `docker`, `containerd`, `crio`, `podman`, `lxc` or `machine`; `container` where the path doesn't tell.
        package var engine: String
        /// Its id, or its name.
        package var id: String

        package init(engine: String, id: String) { (self.engine, self.id) = (engine, id) }
    }

    package let path: String
    /// The systemd unit: `nginx.service`, `session-3.scope`.
    package private(set) var unit: String?
    package private(set) var container: Container?
    /// The uid of a Kubernetes pod.
    package private(set) var pod: String?

    package init(_ path: String) {
        self.path = path
        var parent: Substring = ""
        for component in path.split(separator: "/") {
            // containerd, where it has been told of no service manager: slice:cri-containerd:id.
            for part in component.split(separator: ":") {
                take(part, in: parent)
                parent = part
            }
        }
    }

    private mutating func take(_ component: Substring, in parent: Substring) {
        if let uid = CgroupName.pod(component) { (pod, unit) = (uid, nil) }
        if let container = CgroupName.container(component, in: parent) {
            (self.container, unit) = (container, nil)
        } else if let name = CgroupName.unit(component), container == nil, pod == nil {
            unit = name
        }
    }

    /// `nginx.service`, `docker 0123456789ab`, `containerd 0123456789ab in pod 01234567`; the path where nothing else is known.
    package var label: String {
        let pod = pod.map { "pod \($0.prefix(8))" }
        if let container {
            let name = "\(container.engine) \(CgroupName.isID(container.id[...]) ? container.id.prefix(12) : container.id[...])"
            return pod.map { "\(name) in \($0)" } ?? name
        }
        return pod ?? unit ?? path
    }

    // MARK: Forms

    private static let idLength = 64

    private static func isID(_ text: Substring) -> Bool { text.count == idLength && text.allSatisfy(\.isHexDigit) }

    private static func container(_ component: Substring, in parent: Substring) -> Container? {
        let scope = component.hasSuffix(".scope") ? component.dropLast(6) : component
        if isID(scope) { return Container(engine: engines[String(parent)] ?? "container", id: String(scope)) }
        if let hyphen = scope.lastIndex(of: "-"), isID(scope[scope.index(after: hyphen)...]),
            let engine = engines[String(scope[..<hyphen])]
        {
            return Container(engine: engine, id: String(scope[scope.index(after: hyphen)...]))
        }
        if component.hasPrefix("lxc.payload."), component.count > 12 {
            return Container(engine: "lxc", id: String(component.dropFirst(12)))
        }
        if parent == "lxc" { return Container(engine: "lxc", id: String(component)) }
        if parent == "machine.slice", scope.hasPrefix("machine-"), scope != component {
            return Container(engine: "machine", id: unescaped(scope.dropFirst(8)))
        }
        return nil
    }

    /// By the folder of ids, or what stands before an id.
    private static let engines = [
        "docker": "docker", "cri-containerd": "containerd", "containerd": "containerd", "nerdctl": "containerd", "crio": "crio",
        "libpod": "podman", "libpod_parent": "podman", "podman": "podman",
    ]

    /// `pod<uid>`, or with a service manager `kubepods-burstable-pod<uid>.slice`, where the hyphens of the uid are underscores.
    private static func pod(_ component: Substring) -> String? {
        var uid = component
        if component.hasSuffix(".slice"), component.hasPrefix("kubepods"), let end = component.lastRange(of: "-pod") {
            uid = component[end.upperBound...].dropLast(6)
        } else {
            guard component.hasPrefix("pod") else { return nil }
            uid = component.dropFirst(3)
        }
        let text = String(uid.map { $0 == "_" ? "-" : $0 })
        // Static pods have a hash without hyphens.
        let digits = text.filter { $0 != "-" }
        return digits.count == 32 && digits.allSatisfy(\.isHexDigit) ? text : nil
    }

    private static func unit(_ component: Substring) -> String? {
        for kind in [".service", ".scope", ".socket", ".mount", ".swap"]
        where component.hasSuffix(kind) && component.count > kind.count {
            return unescaped(component)
        }
        return nil
    }

    /// Without systemd's escapes: `\\x2d` is a hyphen. What is no printable ASCII stays escaped.
    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let character = rest.first {
            let code = rest.dropFirst(2).prefix(2)
            if rest.hasPrefix("\\x"), code.count == 2, let byte = UInt8(code, radix: 16), (0x20..<0x7f).contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
                rest = rest.dropFirst(4)
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}

extension Substring {
    /// Where some ASCII text occurs last.
    fileprivate func lastRange(of text: String) -> Range<Index>? {
        var start = endIndex
        while start > startIndex {
            start = index(before: start)
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
        }
        return nil
    }
}
