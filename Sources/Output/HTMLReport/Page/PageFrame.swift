import Graphics

/// The page around the report: its head, its styles and its script. The policy in the head allows these two, by their hashes, and nothing
/// else, wherever the page is opened.
enum PageFrame {
    /// - Parameter style: what the page needs beside the styles that every page has.
    static func page(titled title: String, style: StyleSheet? = nil, _ body: (inout HTML) -> Void) -> [UInt8] {
        let common = StyleSheet.colorsOfPage + StyleSheet.plots + PageStyle.sheet
        let styles = style.map { common + $0 } ?? common
        var html = HTML()
        html.constant("<!DOCTYPE html>\n")
        html.element(.html, [.with(.lang, "en")]) { html in
            html.element(.head) { head in
                head.empty(.meta, [.with(.charset, "utf-8")])
                head.empty(.meta, [.with(.httpEquiv, "Content-Security-Policy"), .with(.content, policy(styles))])
                head.empty(.meta, [.with(.name, "viewport"), .with(.content, "width=device-width,initial-scale=1")])
                head.empty(.meta, [.with(.name, "color-scheme"), .with(.content, "light dark")])
                head.element(.title, text: title)
                head.newline()
                head.style(styles)
            }
            html.newline()
            html.element(.body) { page in
                body(&page)
                page.newline()
                page.constant("<script>")
                for part in PageScript.parts { page.constant(part) }
                page.constant("</script>")
            }
        }
        html.newline()
        return html.bytes
    }

    private static func policy(_ styles: StyleSheet) -> String {
        "default-src 'none'; style-src '\(ContentHash.sha256(styles.text))'; script-src '\(ContentHash.sha256(PageScript.parts.map { "\($0)" }.joined()))'; "
            + "base-uri 'none'; form-action 'none'"
    }
}
