import Glibc

extension Scale {
    package static func log2(_ value: Double) -> Double { Glibc.log2(value) }
    package static func exp2(_ value: Double) -> Double { Glibc.exp2(value) }
}
