import Profile
import ProfileSchema

/// The lines about a workload as they come, the head first.
struct WorkloadDraft {
    private(set) var workload: WorkloadResult?
    private var names: Set<String> = []

    mutating func take(_ line: FileLine) throws(ProfileDefect) {
        if let new = line.workload {
            guard workload == nil else { throw ProfileDefect("the workload is there twice") }
            workload = try new.decoded()
        }
        guard let new = line.workloadCase else { return }
        guard workload != nil else { throw ProfileDefect("a case comes before its workload") }
        let item = try new.decoded()
        guard names.insert(item.name).inserted else { throw ProfileDefect("the case \(item.name) is there twice") }
        workload?.cases.append(item)
    }
}
