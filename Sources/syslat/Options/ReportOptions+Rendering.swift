import Profile
import Rendering

extension ReportOptions {
    /// The report as it was asked for.
    func render(_ profile: Profile, color: Bool, pretty: Bool, width: Int = 100) throws -> String {
        switch format {
        case .json:
            return try JSONReport.render(profile, pretty: pretty)
        case .text:
            return TextReport.render(
                profile,
                options: TextReport.Options(
                    sort: sort, top: top, groupByProcess: grouping == .process, histograms: histograms, color: color,
                    width: width))
        }
    }

    private var histograms: TextReport.HistogramSelection {
        if let histogramNames { return .named(histogramNames.split(separator: ",").map(String.init)) }
        return drawsHistograms ? .all : .none
    }
}
