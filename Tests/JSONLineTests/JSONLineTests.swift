import Foundation
import JSONLine
import TestSupport
import Testing

/// Any value of JSON, with what tells numbers and names apart.
private indirect enum Anything: Decodable, Equatable {
    case null
    case bool(Bool)
    case unsigned(UInt64)
    case signed(Int64)
    case double(Double)
    case string(String)
    case array([Anything])
    case object([String: Anything])

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Name.self) {
            var values: [String: Anything] = [:]
            for key in container.allKeys where values[key.stringValue] == nil {
                values[key.stringValue] = try container.decode(Anything.self, forKey: key)
            }
            self = .object(values)
        } else if var container = try? decoder.unkeyedContainer() {
            var values: [Anything] = []
            while !container.isAtEnd { values.append(try container.decode(Anything.self)) }
            self = .array(values)
        } else {
            self = try Anything(decoder.singleValueContainer())
        }
    }

    private init(_ container: any SingleValueDecodingContainer) throws {
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .signed(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else {
            self = .double(try container.decode(Double.self))
        }
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// The parts of lines that have ways of their own: pairs, optional values, numbers of every width.
private struct Line: Codable, Equatable {
    var pairs: [[UInt64]]
    var name: String?
    var count: UInt64?
    var byte: UInt8
    var place: Int32
    var share: Double
    var causes: [String: UInt64]
    var isThere: Bool?
}

/// Foundation's decoder is the oracle.
@Suite struct JSONLineTests {
    private static func both(_ text: [UInt8]) -> (ours: Anything?, theirs: Anything?) {
        (try? JSONTree.decode(Anything.self, from: text), try? JSONDecoder().decode(Anything.self, from: Data(text)))
    }

    @Test(arguments: [
        "{}", "[]", " [ ] ", "\t{\"a\" : [ 1 , -2 ,3.5, 1e3,1E+2, 0.5e-1 ]}\r\n", "null", "true", "false", "\"\"", "0", "-0",
        "18446744073709551615",
        "-9223372036854775808", "1e19", "12345678901234567890123", "\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"é😀\"",
        "{\"a\":1,\"a\":2}", "{\"\\u0061\":1}", "[[],[{}],{\"a\":{}}]", "[true,false,null]", "\"\u{7f}\"",
    ])
    func `what is JSON is decoded as Foundation does`(text: String) throws {
        let (ours, theirs) = Self.both(Array(text.utf8))
        #expect(theirs != nil, "the oracle takes it")
        #expect(ours == theirs)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "[1", "[1,", "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}", "{'a':1}", "{\"a\" 1}", "[1 2]", "[1]]",
        "{}{}", "nul", "nulll", "True", "01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x10", "NaN", "Infinity", "\"", "\"a",
        "\"\\\"", "\"\\x\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "\"\u{1}\"", "// a\n1",
        "[1]\u{0}", "\u{feff}1 2",
    ])
    func `what isn't JSON is refused, as Foundation does`(text: String) {
        let (ours, theirs) = Self.both(Array(text.utf8))
        #expect(theirs == nil, "the oracle refuses it")
        #expect(ours == nil)
    }

    /// RFC 8259 has none, and Foundation takes one.
    @Test(arguments: ["[1,]", "[1 , ]", "{\"a\":1,}"]) func `a comma after the last value is refused`(text: String) {
        #expect(Self.both(Array(text.utf8)).ours == nil)
    }

    private static func hasLastComma(_ text: [UInt8]) -> Bool {
        let dense = text.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return zip(dense, dense.dropFirst()).contains {
            $0 == UInt8(ascii: ",") && [UInt8(ascii: "]"), UInt8(ascii: "}")].contains($1)
        }
    }

    @Test func `the values of an object come with their names, in their order`() throws {
        let members = try JSONTree.members(of: Array(#"{"a":1,"b":null,"\u0061":[2],"\ud800":3,"":4}"#.utf8))
        #expect(members.map(\.name) == ["a", "b", "a", ""])
        #expect(try members[0].decode(UInt64.self) == 1 && members[1].decode(UInt64.self) == nil)
        #expect(try members[2].decode([UInt64].self) == [2] && members[3].decode(UInt64.self) == 4)
        for text in ["[1]", "1", "{", "", "{\"a\":1,}"] {
            #expect(throws: DecodingError.self) { try JSONTree.members(of: Array(text.utf8)) }
        }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
            #expect(Self.both([UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]).ours == nil)
        }
    }

    @Test func `values inside more than 128 others are refused, and no depth overflows the stack`() {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(Self.both(nested(128)).ours != nil)
        #expect(Self.both(nested(129)).ours == nil)
        #expect(Self.both(nested(1_000_000)).ours == nil)
    }

    @Test func `texts with random changes are taken or refused, and decoded, as Foundation does`() throws {
        var random = SeededGenerator.fromEnvironment()
        let seed = Array(
            #"{"series":{"count":12,"sum_ns":-3.25e2,"name":"r\u00e9\"ad","buckets":[[1,2],[30,4]],"failed":false,"x":null}}"#.utf8)
        var taken = 0
        for _ in 0..<20_000 {
            var text = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[place] = seed.randomElement(using: &random) ?? 0
                case 1: text.remove(at: place)
                default: text.insert(UInt8.random(in: 0...0x7F, using: &random), at: place)
                }
            }
            let (ours, theirs) = Self.both(text)
            taken += theirs == nil ? 0 : 1
            if ours == nil && Self.hasLastComma(text) { continue }
            try #require(ours == theirs, "\(String(decoding: text, as: UTF8.self))")
        }
        #expect(taken > 1000, "changes leave enough texts that are JSON")
    }

    /// An index is used from 33 names on. Without one, and with each name decoded as often as it is there, this would take hours.
    @Test func `many names, and one name many times, take time that grows with their number`() throws {
        let names = (0..<200_000).map { "\"cause\($0)\":\($0)" }.joined(separator: ",")
        let causes = try JSONTree.decode([String: UInt64].self, from: Array("{\(names)}".utf8))
        #expect(causes.count == 200_000 && causes["cause77"] == 77)
        let pairs = Array(repeating: "[1,2]", count: 200_000).joined(separator: ",")
        let again = Array(repeating: "\"pairs\":0", count: 200_000).joined(separator: ",")
        let same = try JSONTree.decode([String: [[UInt64]]].self, from: Array("{\"pairs\":[\(pairs)],\(again)}".utf8))
        #expect(same.count == 1 && same["pairs"]?.count == 200_000, "the first value counts, once")
    }

    @Test func `lines that Foundation encodes come back the same`() throws {
        var random = SeededGenerator.fromEnvironment()
        func number() -> UInt64 { UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random) }
        for _ in 0..<500 {
            let line = Line(
                pairs: (0..<Int.random(in: 0..<9, using: &random)).map { _ in [number(), number()] },
                name: Bool.random(using: &random) ? nil : "a\u{1}\\\"/é\u{1F600}\(number())",
                count: Bool.random(using: &random) ? nil : number(),
                byte: UInt8.random(in: 0...255, using: &random), place: Int32.random(in: .min ... .max, using: &random),
                share: Double.random(in: -1e9...1e9, using: &random), causes: ["ring_full": number(), "é": number()],
                isThere: [true, false, nil].randomElement(using: &random) ?? nil)
            let text = try JSONEncoder().encode(line)
            let read = try JSONTree.decode(Line.self, from: Array(text))
            #expect(read == line)
        }
    }

    /// The path of what a decoder objects to, with the kind of the objection.
    private static func objection(_ text: String, _ decode: ([UInt8]) throws -> Line) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        }
        do {
            _ = try decode(Array(text.utf8))
            return "none"
        } catch DecodingError.keyNotFound(let key, let context) {
            return "no \(key.stringValue) at '\(path(context))'"
        } catch DecodingError.typeMismatch(_, let context) {
            return "mismatch at '\(path(context))'"
        } catch DecodingError.valueNotFound(_, let context) {
            return "null at '\(path(context))'"
        } catch {
            return "corrupted"
        }
    }

    @Test(arguments: [
        (#""byte":7"#, #""byte":256"#, "corrupted"), (#""byte":7"#, #""byte":-1"#, "corrupted"),
        (#""byte":7"#, #""byte":1.5"#, "corrupted"),
        (#""byte":7"#, #""byte":"7""#, "mismatch at '.byte'"), (#""byte":7,"#, "", "no byte at ''"),
        (#""byte":7"#, #""byte":null"#, "null at '.byte'"),
        (#""share":0.5"#, #""share":1e999"#, "corrupted"), (#"[3,4]"#, #"[3,"4"]"#, "mismatch at '.pairs[1][1]'"),
        (#"[3,4]"#, #"{}"#, "mismatch at '.pairs[1]'"), (#""a":1"#, #""a":true"#, "mismatch at '.causes.a'"),
        (#""byte":7"#, #""byte":7.0"#, "none"),
        (#""byte":7"#, #""byte":7,"more":[{}]"#, "none"), (#""name":"n""#, #""name":null"#, "none"),
        (#""name":"n""#, #""name":1"#, "mismatch at '.name'"),
    ])
    func `an objection names the same place as Foundation's`(old: String, new: String, expected: String) {
        let whole = #"{"pairs":[[1,2],[3,4]],"byte":7,"place":-5,"share":0.5,"causes":{"a":1},"name":"n"}"#
        let text = whole.replacing(old, with: new)
        #expect(Self.objection(whole) { try JSONTree.decode(Line.self, from: $0) } == "none")
        #expect(Self.objection(text) { try JSONDecoder().decode(Line.self, from: Data($0)) } == expected, "the oracle")
        #expect(Self.objection(text) { try JSONTree.decode(Line.self, from: $0) } == expected)
    }
}
