/// How many calls a figure must rest on to be taken at face value.
package enum Threshold {
    package static let fewestCalls: UInt64 = 20
}
