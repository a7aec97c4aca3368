import Graphics

/// What a live page has beside a report.
enum LiveStyle {
    static let sheet = StyleSheet(
        """
        form.tools{align-items:center}.tools label{font-size:.87rem;color:var(--soft)}
        .tools select{font:inherit;color:var(--ink);background:var(--panel);border:1px solid var(--rule);border-radius:5px;padding:.2rem .3rem}
        .tools :focus-visible,.button:focus-visible,table a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
        .button{display:inline-block;background:var(--panel);border:1px solid var(--rule);border-radius:5px;padding:.05rem .6rem;margin-left:.3rem;font-size:.87rem}
        #state{color:var(--soft);font-size:.87rem;min-height:1.4em;margin:.2rem 0 0}
        .stretch{font-variant-numeric:tabular-nums}
        thead th a{color:inherit}th[aria-sort] a{color:var(--ink)}
        th[aria-sort=descending] a::after{content:" \\25BE"}th[aria-sort=ascending] a::after{content:" \\25B4"}
        a[aria-expanded]::before{content:"\\25B8\\00A0"}a[aria-expanded=true]::before{content:"\\25BE\\00A0"}
        tr.more>td{text-align:left;white-space:normal;background:none;padding:.3rem 0 1rem}
        .detail{position:sticky;left:0;width:calc(100vw - 2.6rem);max-width:1376px}
        footer{color:var(--soft);margin-top:2rem}
        @media(min-width:1800px){body{max-width:1720px;font-size:16px}.detail{max-width:1690px}}
        @media(min-width:3000px){body{max-width:2600px;font-size:20px}.detail{max-width:2560px}.rp{width:220px;height:35px}thead .rp{height:21px}}
        @media(max-width:600px){.detail{width:calc(100vw - 1.6rem)}.calls>thead th,.calls>tbody>tr:not(.more)>*{padding-left:.35rem;padding-right:.35rem}
        .calls>tbody .rp,.calls>thead .rp{width:112px;height:18px}.calls>thead .rp{height:11px}.calls>thead .rp text{font-size:13px}}
        @media print{form.tools,.button{display:none}}

        """)
}
