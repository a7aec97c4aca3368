import LatencyHistogram
import PlainText

extension [MetricFamily] {
    /// Messages `io.prometheus.client.MetricFamily`, each behind its length, with native histograms.
    ///
    /// - Parameters:
    ///   - schema: the resolution of histograms, one of ``NativeHistogram/schemas``.
    ///   - start: when the counters began at 0, in nanoseconds since 1970.
    func prometheusProtobuf(schema: Int, countingFrom start: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        for family in self where !family.samples.isEmpty {
            let message = family.message(schema: schema, start: PrometheusMessage.timestamp(start))
            bytes += ProtobufMessage.varint(UInt64(message.bytes.count)) + message.bytes
        }
        return bytes
    }
}

/// The numbers of the fields in io/prometheus/client/metrics.proto.
///
/// Source: https://github.com/prometheus/client_model
enum PrometheusMessage {
    enum Family { static let (name, help, type, metric, unit): (UInt64, UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4, 5) }
    enum Metric { static let (label, gauge, counter, histogram): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 7) }
    enum Counter { static let (value, start): (UInt64, UInt64) = (1, 3) }
    enum Gauge { static let value: UInt64 = 1 }
    enum Histogram {
        static let (count, sum): (UInt64, UInt64) = (1, 2)
        static let (schema, zeroThreshold, zeroCount, span, delta): (UInt64, UInt64, UInt64, UInt64, UInt64) = (5, 6, 7, 12, 13)
        static let (start, exemplar): (UInt64, UInt64) = (15, 16)
    }
    enum Span { static let (offset, length): (UInt64, UInt64) = (1, 2) }
    enum Exemplar { static let (label, value, timestamp): (UInt64, UInt64, UInt64) = (1, 2, 3) }

    /// The most exemplars of a histogram: the server keeps few.
    static let mostExemplars = 10

    /// google.protobuf.Timestamp.
    static func timestamp(_ nanosecondsSince1970: UInt64) -> ProtobufMessage {
        var message = ProtobufMessage()
        message.add(1, nanosecondsSince1970 / 1_000_000_000)
        message.add(2, nanosecondsSince1970 % 1_000_000_000)
        return message
    }

    static func labels(_ labels: [MetricLabel]) -> [ProtobufMessage] {
        labels.map { label in
            var message = ProtobufMessage()
            message.add(1, label.name)
            message.add(2, PlainText.line(label.value))
            return message
        }
    }
}

extension MetricFamily {
    fileprivate func message(schema: Int, start: ProtobufMessage) -> ProtobufMessage {
        typealias Field = PrometheusMessage.Family
        var message = ProtobufMessage()
        message.add(Field.name, sampleName)
        message.add(Field.help, help)
        // COUNTER is 0, and written all the same.
        message.add(always: Field.type, kind == .counter ? 0 : kind == .histogram ? 4 : 1)
        for sample in samples { message.add(Field.metric, sample.message(kind, schema: schema, start: start)) }
        if !unit.isEmpty { message.add(Field.unit, unit) }
        return message
    }
}

extension MetricFamily.Sample {
    fileprivate func message(_ kind: MetricFamily.Kind, schema: Int, start: ProtobufMessage) -> ProtobufMessage {
        typealias Field = PrometheusMessage.Metric
        var message = ProtobufMessage()
        for label in PrometheusMessage.labels(labels) { message.add(Field.label, label) }
        var content = ProtobufMessage()
        switch value {
        case .histogram(let histogram):
            message.add(Field.histogram, self.message(of: histogram, schema: schema, start: start))
            return message
        case .count(let count): content.add(PrometheusMessage.Gauge.value, double: Double(count))
        case .nanoseconds(let time): content.add(PrometheusMessage.Gauge.value, double: Double(time) / 1e9)
        }
        if kind == .counter { content.add(PrometheusMessage.Counter.start, start) }
        message.add(kind == .counter ? Field.counter : Field.gauge, content)
        return message
    }

    private func message(of histogram: LatencyHistogram, schema: Int, start: ProtobufMessage) -> ProtobufMessage {
        typealias Field = PrometheusMessage.Histogram
        let native = NativeHistogram(histogram, schema: schema)
        var message = ProtobufMessage()
        message.add(always: Field.count, native.count)
        message.add(Field.sum, double: Double(histogram.sum) / 1e9)
        message.add(always: Field.schema, ProtobufMessage.zigzag(Int64(native.schema)))
        message.add(Field.zeroThreshold, double: NativeHistogram.zeroThreshold)
        message.add(always: Field.zeroCount, native.zeroCount)
        for span in native.spans {
            var part = ProtobufMessage()
            part.add(PrometheusMessage.Span.offset, ProtobufMessage.zigzag(Int64(span.offset)))
            part.add(PrometheusMessage.Span.length, UInt64(span.length))
            message.add(Field.span, part)
        }
        if !native.buckets.isEmpty { message.add(Field.delta, packed: native.deltas.map(ProtobufMessage.zigzag)) }
        message.add(Field.start, start)
        for call in slowCalls.prefix(PrometheusMessage.mostExemplars) {
            let exemplar = Exemplar(call)
            var part = ProtobufMessage()
            for label in PrometheusMessage.labels(exemplar.labels) { part.add(PrometheusMessage.Exemplar.label, label) }
            part.add(PrometheusMessage.Exemplar.value, double: Double(exemplar.nanoseconds) / 1e9)
            part.add(PrometheusMessage.Exemplar.timestamp, PrometheusMessage.timestamp(exemplar.startedAtNanoseconds))
            message.add(Field.exemplar, part)
        }
        return message
    }
}
