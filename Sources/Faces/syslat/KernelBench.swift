import Glibc
import KernelLab
import Linux
import Profile
import ProfileFile

/// `syslat bench --kernel`: boots kernels in virtual machines, in turn, and has each run the bench. A profile comes of each boot.
struct KernelBench {
    var kernels: [String]
    var boots: Int
    var options = BootOptions()
    /// Where the profiles go.
    var folder: String
    /// What `syslat bench` is told in the guest.
    var arguments: [String]

    /// A kernel and how its files are called.
    private struct Candidate {
        let image: KernelImage
        let label: String
    }

    /// Which kernel boots when, by number: A B B A A B B A … for two. What drifts meanwhile meets all of them alike.
    static func order(kernels: Int, boots: Int) -> [Int] {
        (0..<boots).flatMap { $0 % 2 == 0 ? Array(0..<kernels) : (0..<kernels).reversed() }
    }

    /// Boots everything. What goes wrong with one boot is said, and the others go on.
    ///
    /// - Throws: a file that is no kernel, a folder that can't be written, files that are there already, no QEMU, no static syslat;
    ///   at the end, where not every boot gave its profile.
    func run() throws {
        let scratch = try scratchFolder()
        let candidates = try labelled(kernels.map { path in try KernelBench.image(path, unpackingInto: scratch.path) })
        let acceleration = try KernelLab.acceleration(for: candidates[0].image, options: options)
        try prepareFolder(candidates)
        var options = options
        options.acceleration = acceleration
        if acceleration == .tcg {
            // By the host's clock boots of one kernel would differ by tens of percent.
            (options.acceleration, options.processors) = (.countedTCG, 1)
            Terminal.say(
                "syslat: KVM does not work here, so that the kernels run in an emulation of one processor, where a nanosecond is one "
                    + "instruction executed: times compare how much the kernels execute, and say nothing about real hardware. Counts "
                    + "and what the vDSO serves are right.\n")
        }
        let order = KernelBench.order(kernels: candidates.count, boots: boots)
        var numbers: [String: Int] = [:]
        var failures = 0
        for (index, kernel) in order.enumerated() {
            let candidate = candidates[kernel]
            numbers[candidate.label, default: 0] += 1
            let name = "\(candidate.label)-\(numbers[candidate.label] ?? 0)"
            progress("boot \(index + 1) of \(order.count): \(name)")
            do {
                try boot(candidate.image, name, options)
            } catch {
                failures += 1
                progress("")
                Terminal.say("syslat: Boot \(index + 1) of \(order.count), \(name): \(error)\n")
            }
        }
        progress("")
        guard failures == 0 else {
            throw CommandError("\(failures) of \(order.count) boots went wrong; the profiles of the others are in \(folder).")
        }
    }

    private func progress(_ text: String) {
        Terminal.showLine(text)
    }

    /// Boots one kernel and saves its profile.
    private func boot(_ image: KernelImage, _ name: String, _ options: BootOptions) throws {
        let machine: WorkloadResult.Machine = options.acceleration == .kvm ? .kvm : .countedEmulation
        let job = GuestJob(
            ["/syslat", "bench", "-o", "-", "--machine", machine.rawValue] + arguments, name: "bench",
            timeLimit: options.timeLimit ?? .seconds(3600))
        let run = try KernelLab.boot(image, jobs: [job], options: options)
        guard let result = run["bench"] else { throw CommandError("The guest sent no result.") }
        let said = result.errorText.split(separator: "\n").map { "\n    \($0)" }.joined()
        guard !result.output.isEmpty else {
            throw CommandError("`syslat bench` in the guest gave no profile (\(result.endingText)):\(said)")
        }
        try check(result.output)
        let path = path(name)
        try Output(path: path, option: "-o").finish(result.output)
        try Output(path: nil).finish("\(path)\n")
        guard result.isSuccess else { throw CommandError("`syslat bench` in the guest ended with \(result.endingText):\(said)") }
        if !said.isEmpty { Terminal.say("syslat: \(name):\(said)\n") }
    }

    /// That it is a whole profile.
    private func check(_ bytes: [UInt8]) throws {
        var reader = ProfileFileReader(path: "what the guest sent")
        try reader.take(bytes[...])
        _ = try reader.finish()
    }

    // MARK: Before anything boots

    /// Where packages are unpacked.
    private func scratchFolder() throws(CommandError) -> TemporaryFolder {
        do throws(Errno) { return try TemporaryFolder(prefix: "syslat-kernels") } catch {
            throw CommandError(
                "No folder can be made in \(TemporaryFolder.parent): \(error). Set TMPDIR to one that can be written.")
        }
    }

    private func path(_ name: String) -> String { "\(folder)/\(name).syslat" }

    private static func image(_ path: String, unpackingInto folder: String) throws(CommandError) -> KernelImage {
        do throws(KernelLabError) {
            return try KernelImage(path: path, unpackingInto: folder)
        } catch {
            throw CommandError("\(error)", status: .badInput)
        }
    }

    /// By their releases; images that share one get a letter each.
    private func labelled(_ images: [KernelImage]) -> [Candidate] {
        images.enumerated().map { index, image in
            let twins = images.indices.filter { images[$0].release == image.release && images[$0].path != image.path }
            let release = image.release.map { $0 == "/" ? "_" : String($0) }.joined()
            guard !twins.isEmpty, let letter = "abcdefghijklmnopqrstuvwxyz".dropFirst(index % 26).first else {
                return Candidate(image: image, label: release)
            }
            return Candidate(image: image, label: "\(release)-\(letter)")
        }
    }

    /// Makes the folder where it is missing. Profiles of other boots stay as they are.
    private func prepareFolder(_ candidates: [Candidate]) throws(CommandError) {
        guard unsafe mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            throw CommandError("The folder \(folder) can't be made: \(Errno.last). Give another name to -o.")
        }
        guard FileKind(of: folder) == .folder else {
            throw CommandError("\(folder) is not a folder: with --kernel, -o names the folder for the profiles.")
        }
        guard unsafe access(folder, W_OK) == 0 else {
            throw CommandError("Nothing can be written to \(folder): \(Errno.last). Give another name to -o.")
        }
        for label in Set(candidates.map(\.label)).sorted() {
            let count = candidates.count { $0.label == label } * boots
            for number in 1...count where unsafe access(path("\(label)-\(number)"), F_OK) == 0 {
                throw CommandError(
                    "\(path("\(label)-\(number)")) is there already. Name another folder, or move it away: boots are not to be mixed up."
                )
            }
        }
    }
}
