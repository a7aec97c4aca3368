import Glibc
import Linux
import Presentation
import Profile
import ProfileFile

/// What `w` writes: a new file in the current folder.
enum LiveFile {
    private static let mostTries = 100

    /// Writes the profile. Returns a sentence for the user, whatever came of it.
    static func write(_ profile: Profile) -> String {
        do {
            let text = try ProfileFileWriter.text(of: profile)
            let stem = name(at: Clock.wall)
            for number in 1...mostTries {
                let path = stem + (number == 1 ? "" : "-\(number)") + ".syslat"
                guard unsafe access(path, F_OK) != 0 else { continue }
                try Output(path: path, option: "w", readers: .owner, isNew: true).finish(text)
                return "Wrote \(path): `syslat report \(path)` shows it."
            }
            return "Nothing is written: \(stem).syslat and \(mostTries - 1) more exist."
        } catch {
            return "Nothing is written: \(CommandError(error)?.description ?? "\(error)")"
        }
    }

    /// `syslat-20260301-123455`, in UTC.
    private static func name(at moment: UInt64) -> String {
        let digits = Timestamp.readable(nanosecondsSince1970: moment).filter(\.isNumber)
        return "syslat-\(digits.prefix(8))-\(digits.dropFirst(8))"
    }
}
