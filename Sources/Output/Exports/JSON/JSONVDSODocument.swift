import Presentation
import Profile
import ProfileSchema

/// The self-test of a host's vDSO. The names are a promise: renaming one is a new schema.
struct VDSODocument: Encodable {
    static let schema = "syslat.vdso/2"

    private let report: VDSOReport

    init(_ report: VDSOReport) { self.report = report }

    private enum Key: String, CodingKey {
        case image, functions, warnings
        case vsyscallMode = "vsyscall_mode"
        case boundaryMitigations = "boundary_mitigations"
        case nullCall = "null_call"
        case probeFloor = "probe_floor_p50_ns"
    }

    func encode(to encoder: any Encoder) throws {
        var head = encoder.container(keyedBy: TopKey.self)
        var container = encoder.container(keyedBy: Key.self)
        let floor = report.probeFloorNanoseconds
        try head.encode(Self.schema, forKey: .schema)
        try head.encode(report.tool, forKey: .tool)
        try head.encode(HostPart(report.host), forKey: .host)
        // Not encodeIfPresent: null says that there is no vDSO.
        try container.encode(report.image.map(Image.init), forKey: .image)
        try container.encode(report.vsyscallMode, forKey: .vsyscallMode)
        try container.encode(report.boundaryMitigations.map(Mitigation.init), forKey: .boundaryMitigations)
        let functions = report.functions.map { VDSOFunctionFigures($0.function, probeFloor: floor, absence: $0.absence) }
        try container.encode(functions, forKey: .functions)
        try container.encode(VDSOFunctionFigures(report.nullCall, probeFloor: floor), forKey: .nullCall)
        try container.encodeIfPresent(floor, forKey: .probeFloor)
        try container.encode(report.warnings, forKey: .warnings)
    }

    private struct Image: Encodable {
        let size: Int
        let kernelVersion: String?
        let symbols: [Symbol]

        struct Symbol: Encodable {
            let name: String
            let version: String?
        }

        init(_ image: VDSOReport.Image) {
            (size, kernelVersion) = (image.size, image.kernelVersion)
            symbols = image.symbols.map { Symbol(name: $0.name, version: $0.version) }
        }

        enum CodingKeys: String, CodingKey {
            case kernelVersion = "kernel_version"
            case size, symbols
        }
    }

    private struct Mitigation: Encodable {
        let name, state, effect: String

        init(_ mitigation: VDSOReport.Mitigation) {
            (name, state, effect) = (mitigation.name, mitigation.state, mitigation.effect)
        }
    }
}
