import Glibc
import KernelLab
import Linux
import PlainText
import Probes
import Profile
import ProfileFile
import Synchronization
import Trial
import Workload

/// `syslat bench --kernel`: boots kernels in virtual machines, taking turns, and runs the bench in each. Each boot gives a profile.
struct KernelBench {
    var kernels: [String]
    var boots: Int
    var options = BootOptions()
    /// For the profiles.
    var folder: String
    /// Arguments of `syslat bench` in the guest.
    var arguments: [String]

    /// A kernel and the name of its files.
    struct Candidate {
        let image: KernelImage
        let label: String
        /// Arguments of `syslat bench` for this kernel alone.
        var arguments: [String] = []
    }

    /// Boots everything. If a boot fails, says so and goes on with the others.
    ///
    /// - Throws: if a file isn't a kernel, the folder can't be written or has such files already, or QEMU or a static syslat is
    ///   missing; at the end, if a boot failed.
    func run() throws {
        try withKernels { candidates, options in
            let queue = BootQueue(items(candidates, 0..<boots))
            try boot(queue, candidates, options)
            guard queue.failures == 0 else {
                throw CommandError("\(queue.failures) of \(queue.count) boots failed; the profiles of the others are in \(folder).")
            }
        }
    }

    /// Makes sure that everything can be booted and saved, and does something with the kernels while the folder is ours.
    func withKernels(_ body: ([Candidate], BootOptions) throws -> Void) throws {
        var candidates = try labelled(kernels.map { path in try KernelBench.image(path) })
        let acceleration = try KernelLab.acceleration(for: candidates[0].image, options: options)
        let lock = try lockedFolder()
        try checkNames(candidates)
        var options = options
        options.acceleration = acceleration
        if acceleration == .tcg {
            // Timed by the host's clock, boots of one kernel differ by tens of percent.
            (options.acceleration, options.processors) = (.countedTCG, 1)
            Terminal.say(
                "syslat: KVM does not work here. The kernels run on one emulated processor, where a nanosecond is one executed "
                    + "instruction: times compare how much the kernels execute, and say nothing about real hardware. Counts and "
                    + "what the vDSO serves are right.\n")
        }
        chooseHooks(for: &candidates, options)
        try body(candidates, options)
        _ = consume lock
    }

    /// Where one of several kernels needs perf events to call the programs, they do so on all that can. Otherwise the hooks would be a
    /// difference between the kernels.
    private func chooseHooks(for candidates: inout [Candidate], _ options: BootOptions) {
        guard candidates.count > 1 else { return }
        let looks = candidates.map { candidate in
            Terminal.showLine("looking at \(candidate.label)")
            return HookLook(candidate.image, options)
        }
        Terminal.showLine("")
        guard looks.contains(where: { $0.own == .perfEvent }) else { return }
        for (index, look) in looks.enumerated() where look.own != .perfEvent {
            if look.takesPerfEvents {
                candidates[index].arguments = ["--hook", TracepointHooks.Hook.classic.rawValue]
            } else {
                Terminal.say(
                    "syslat: Perf events call the programs on one of the kernels, and can't on \(candidates[index].label): times differ "
                        + "by what that costs.\n")
            }
        }
    }

    /// Some of the boots of each kernel, counted from 0, in the order in which they are made.
    func items(_ candidates: [Candidate], _ numbers: Range<Int>) -> [BootQueue.Item] {
        var made: [String: Int] = [:]
        let all = KernelTurns.order(kernels: candidates.count, boots: numbers.upperBound).map { kernel in
            let label = candidates[kernel].label
            made[label, default: 0] += 1
            return (kernel: kernel, name: "\(label)-\(made[label] ?? 0)")
        }
        return all.dropFirst(numbers.lowerBound * candidates.count).enumerated().map { place, boot in
            BootQueue.Item(number: place + 1, kernel: boot.kernel, name: boot.name)
        }
    }

    /// Makes all boots: where instructions are counted, as many at once as there are CPUs, since they don't feel each other; where time
    /// is, one at a time.
    func boot(_ queue: BootQueue, _ candidates: [Candidate], _ options: BootOptions) throws {
        let failure = Mutex<CommandError?>(nil)
        Threads.run(options.acceleration == .countedTCG ? min(KernelBench.bootsAtOnce(options), queue.count) : 1) {
            while failure.withLock({ $0 == nil }), let item = queue.take() {
                let result = result(of: item, candidates[item.kernel], options, count: queue.count)
                do throws(CommandError) { try queue.finish(item, result) } catch { failure.withLock { $0 = $0 ?? error } }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// As many as there are CPUs, and as there is memory for: QEMU takes some beside its guest's.
    private static func bootsAtOnce(_ options: BootOptions) -> Int {
        let available = ProcFS.field("MemAvailable", in: "/proc/meminfo").flatMap { Int($0.prefix { $0.isNumber }) }
        let most = available.map { $0 / 1024 / (options.memory + 256) } ?? .max
        return max(1, min(WorkloadBench.cpuCount, most))
    }

    /// Boots one kernel and saves its profile.
    private func result(
        of item: BootQueue.Item, _ candidate: Candidate, _ options: BootOptions, count: Int
    ) -> BootQueue.Result {
        var result = BootQueue.Result()
        do {
            result.remarks = try boot(candidate, item.name, options) { result.output = "\($0)\n" }
        } catch {
            result.hasFailed = true
            result.message = "syslat: Boot \(item.number) of \(count), \(item.name): \(error)\n"
        }
        return result
    }

    /// - Returns: what the guest said beside its profile.
    private func boot(
        _ candidate: Candidate, _ name: String, _ options: BootOptions, onSaved: (String) -> Void
    ) throws -> String {
        let machine: WorkloadResult.Machine = options.acceleration == .kvm ? .kvm : .countedEmulation
        let job = GuestJob(
            ["/syslat", "bench", "-o", "-", "--machine", machine.rawValue] + arguments + candidate.arguments, name: "bench",
            timeLimit: options.timeLimit ?? .seconds(3600))
        let run = try KernelLab.boot(candidate.image, jobs: [job], options: options)
        guard let result = run["bench"] else { throw CommandError("The guest returned no result.") }
        let said = KernelBench.end(of: result.errorText)
        guard !result.output.isEmpty else {
            throw CommandError("`syslat bench` in the guest gave no profile (\(result.endingText)):\(said)")
        }
        try check(result.output)
        let path = path(name)
        try Output(path: path, option: "-o", readers: .owner, isNew: true).finish(result.output)
        onSaved(path)
        guard result.isSuccess else { throw CommandError("`syslat bench` in the guest ended with \(result.endingText):\(said)") }
        return said.isEmpty ? "" : said.dropFirst() + "\n"
    }

    /// The last lines of what a guest said, indented. A guest can say anything.
    static func end(of text: String) -> String {
        text.split(separator: "\n").suffix(20).map { "\n    \($0.prefix(200))\($0.count > 200 ? "…" : "")" }.joined()
    }

    /// Throws if it isn't a whole profile.
    private func check(_ bytes: [UInt8]) throws {
        var reader = ProfileFileReader(path: "what the guest sent")
        try reader.take(bytes[...])
        _ = try reader.finish()
    }

    // MARK: Before anything boots

    /// Where the profile of a boot is saved.
    func path(_ name: String) -> String { "\(folder)/\(name).syslat" }

    private static func image(_ path: String) throws(CommandError) -> KernelImage {
        do throws(KernelLabError) { return try KernelImage(path: path) } catch {
            throw CommandError("\(error)", status: .badInput)
        }
    }

    /// Labels kernels by their releases; images of the same release get a letter each.
    private func labelled(_ images: [KernelImage]) -> [Candidate] {
        images.enumerated().map { index, image in
            let twins = images.indices.filter { images[$0].release == image.release && images[$0].path != image.path }
            let release = KernelTurns.fileName(image.release)
            guard !twins.isEmpty, let letter = "abcdefghijklmnopqrstuvwxyz".dropFirst(index % 26).first else {
                return Candidate(image: image, label: release)
            }
            return Candidate(image: image, label: "\(release)-\(letter)")
        }
    }

    /// The folder for the profiles. Other profiles in it stay as they are.
    private func lockedFolder() throws(CommandError) -> LockedFolder {
        do throws(OutputError) { return try LockedFolder(folder) } catch {
            switch error {
            case .system(Errno(EWOULDBLOCK)):
                throw CommandError("Another bench writes to \(folder). Wait for its end, or give -o another name.")
            case .system(Errno(ENOTDIR)):
                throw CommandError("\(folder) is not a folder. With --kernel, -o names a folder for the profiles.")
            case .system(let error): throw CommandError("Can't use the folder \(folder): \(error). Give -o another name.")
            default: throw CommandError(error, folder, "-o")
            }
        }
    }

    /// Throws if a profile could not be written.
    private func checkNames(_ candidates: [Candidate]) throws(CommandError) {
        for label in Set(candidates.map(\.label)).sorted() {
            let count = candidates.count { $0.label == label } * boots
            for number in 1...count { _ = try Output(path: path("\(label)-\(number)"), option: "-o", readers: .owner, isNew: true) }
        }
    }
}

/// Which hook a kernel needs at system calls, and whether it can have perf events. Learnt in a boot of its own.
private struct HookLook {
    /// nil if the boot failed, or the capture in it: the bench will say so.
    let own: CaptureHooks.Hook?
    let takesPerfEvents: Bool

    init(_ image: KernelImage, _ options: BootOptions) {
        let capture = ["/syslat", "profile", "-a", "-d", "10ms", "-o", "-"]
        let jobs = [
            GuestJob(capture, name: "own"),
            GuestJob(capture + ["--hook", TracepointHooks.Hook.classic.rawValue], name: "classic"),
        ]
        let run = try? KernelLab.boot(image, jobs: jobs, options: options)
        own = run?["own"].flatMap(HookLook.hook)
        takesPerfEvents = run?["classic"].flatMap(HookLook.hook) == .perfEvent
    }

    private static func hook(_ result: GuestResult) -> CaptureHooks.Hook? {
        var reader = ProfileFileReader(path: "what the guest sent")
        guard result.isSuccess, (try? reader.take(result.output[...])) != nil else { return nil }
        return (try? reader.finish())?.capture.hooks?.calls
    }
}
