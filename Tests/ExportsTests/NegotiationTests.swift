import Testing

@testable import Exports

@Suite struct NegotiationTests {
    private func format(_ accept: String?) -> ExpositionFormat { .negotiated(accept: accept, schema: 5) }

    /// What the servers send: seen from 2.42 and 3.5.
    @Test(arguments: [
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
            + "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
            + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
        "Application/Vnd.Google.Protobuf ; Proto=\"io.prometheus.client.MetricFamily\" ; Encoding=delimited",
    ]) func `a server with native histograms gets protobuf`(accept: String) {
        #expect(format(accept) == .protobuf(schema: 5))
        #expect(ExpositionFormat.negotiated(accept: accept, schema: 3) == .protobuf(schema: 3))
    }

    @Test(arguments: [
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5",
        "application/openmetrics-text", "text/plain;q=0.4, application/openmetrics-text;q=0.401",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text,application/openmetrics-text;q=0.1",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0,application/openmetrics-text;q=0.1",
        "text/plain;note=\"a,b;q=1\";q=0.2,application/openmetrics-text;q=0.3",
    ]) func `whoever likes OpenMetrics best gets it`(accept: String) { #expect(format(accept) == .openMetrics) }

    @Test(arguments: [
        nil, "", "*/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/plain", "image/png", ";;,,=",
        "application/openmetrics-text;version=2.0.0,text/plain;q=0.1", "application/openmetrics-text;q=0", "text/*",
        "application/openmetrics-text;q=2", "application/openmetrics-text;q=nan",
        "application/openmetrics-text;q=0.4,text/plain;q=0.5",
        "application/openmetrics-text;q=-1", "application/openmetrics-text;q=0.1234", "\"", "text/plain;version=9",
    ]) func `everybody else gets the text`(accept: String?) { #expect(format(accept) == .prometheusText) }

    @Test func `a list of a million items ends`() {
        #expect(format(String(repeating: "a/b,", count: 1_000_000) + "application/openmetrics-text") == .prometheusText)
    }

    @Test(arguments: [
        ("gzip", true), ("gzip;q=0.5, identity", true), ("GZIP", true), ("x-gzip", true), ("*", true), ("br, *;q=0.1", true),
        ("gzip;q=0", false), ("gzip;q=0, *", false), ("*;q=0", false), ("identity", false), ("", false), (nil, false),
        ("gzipped", false),
    ]) func `gzip is for those that take it`(header: String?, isTaken: Bool) {
        #expect(ContentCoding.acceptsGzip(header) == isTaken)
    }
}
