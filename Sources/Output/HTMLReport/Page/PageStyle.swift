import Graphics

/// How the page looks: on a wide screen, on a phone, and on paper.
enum PageStyle {
    static let sheet = StyleSheet(
        """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-padding-top:3.2rem}
        body{margin:0 auto;max-width:1400px;padding:1.2rem 1.2rem 3rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0 .8rem;overflow-wrap:anywhere}
        h2{font-size:1.15rem;margin:2.2rem 0 .5rem}
        p{margin:.4rem 0;max-width:75em;overflow-wrap:anywhere}
        a{color:var(--link);text-decoration:none}a:hover,a:focus{text-decoration:underline}
        .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:.15rem 1.6rem;margin:0}
        .facts div{display:grid;grid-template-columns:5.5rem 1fr;gap:.5rem}
        dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
        .warnings{border-left:4px solid var(--blocked);background:var(--panel);padding:.4rem .9rem;margin:1rem 0}
        .problem strong{color:var(--failed)}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11.5rem),1fr));gap:.7rem;margin:1.2rem 0}
        .card{background:var(--panel);border-radius:6px;padding:.6rem .8rem}
        .card strong{display:block;font-size:1.35rem;line-height:1.3;font-variant-numeric:tabular-nums}
        .card span{color:var(--ink)}.card p{color:var(--soft);font-size:.85rem;line-height:1.35;margin:.15rem 0 0}
        .card .ob{width:100%;height:8px;margin:.35rem 0}
        .key{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;color:var(--soft);font-size:.87rem}
        .sw{width:10px;height:10px;margin-right:.4em}
        .ln{width:34px;height:10px;margin-right:.5em;vertical-align:middle}header h2{font-size:1rem;margin:.8rem 0 .2rem}
        .scroll{overflow-x:auto;margin:.6rem 0 1rem}
        table{border-collapse:collapse;font-size:.87rem;font-variant-numeric:tabular-nums;line-height:1.35}
        caption{text-align:left;color:var(--soft);padding:.1rem 0 .4rem;caption-side:top}
        th,td{padding:.22rem .55rem;text-align:right;white-space:nowrap;vertical-align:middle;border-bottom:1px solid var(--grid)}
        .t,th[scope=row]{text-align:left}
        thead th{vertical-align:bottom;color:var(--soft);font-weight:600;border-bottom:1px solid var(--rule)}
        tbody th{font-weight:500}tfoot th,tfoot td{font-weight:600;border-top:1px solid var(--rule)}
        tbody tr:hover>*{background:var(--panel)}
        .calls th:first-child{position:sticky;left:0;background:var(--paper);z-index:1;max-width:16rem;overflow:hidden;text-overflow:ellipsis}
        .calls tbody tr:hover>th:first-child{background:var(--panel)}
        .in th{padding-left:1.6rem;font-weight:400}.hd th{padding-top:.7rem;font-weight:600}
        .words td.t,.words th.t,.slow td.t,.slow th.t{white-space:normal;overflow-wrap:anywhere;min-width:7rem;max-width:44rem}
        .words tbody th.t{min-width:13rem}.slow td{vertical-align:top}.slow th{vertical-align:top}
        th [role=button]{cursor:pointer}
        th [role=button]:hover{color:var(--ink);text-decoration:underline}th [role=button]:focus-visible{outline:2px solid var(--link);outline-offset:2px}
        th[aria-sort] [role=button]{color:var(--ink)}
        th[aria-sort=descending] [role=button]::after{content:" \\25BE"}th[aria-sort=ascending] [role=button]::after{content:" \\25B4"}
        .rp{width:150px;height:24px;display:block;font-size:10px;font-weight:400}thead .rp{height:14px}.ob{width:60px;height:10px;display:block}
        thead .rp text{font-size:10px}.rp .pl{stroke-width:1.3}
        code{font:.92em ui-monospace,monospace;overflow-wrap:anywhere}
        .stack{color:var(--soft);font-size:.93em}.stack code{color:var(--ink)}
        details{border-top:1px solid var(--grid)}details[open]{padding-bottom:.8rem}
        summary{cursor:pointer;padding:.45rem .2rem;color:var(--soft);overflow-wrap:anywhere}summary strong{color:var(--ink);font-size:1.02rem;margin-right:.3em}
        summary:hover{background:var(--panel)}
        .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:1.2rem 1.6rem;align-items:start}
        .plot{max-width:620px;min-width:0}.plot p{color:var(--soft);font-size:.85rem;margin:0 0 .3rem}.plot svg{width:100%;height:auto;display:block}
        .notes{color:var(--soft);font-size:.9rem}.notes ul{padding-left:1.2rem}.notes li{overflow-wrap:anywhere;margin:.2rem 0}
        .tools{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:.5rem;background:var(--paper);padding:.45rem 0;border-bottom:1px solid var(--grid)}
        .tools button,.tools input{font:inherit;font-size:.87rem;color:var(--ink);background:var(--panel);border:1px solid var(--rule);border-radius:5px;padding:.2rem .7rem}
        .tools button{cursor:pointer}.tools input{flex:0 1 14rem;min-width:8rem}
        .tip{position:absolute;z-index:3;pointer-events:none;background:var(--ink);color:var(--paper);border-radius:4px;padding:.25rem .55rem;font-size:.82rem;line-height:1.4;white-space:pre;font-variant-numeric:tabular-nums;max-width:90vw;overflow:hidden}
        .tip[hidden]{display:none}
        .lead{font-size:1.05rem}
        @media(max-width:600px){body{padding:.8rem .7rem 2rem;font-size:14px}h1{font-size:1.25rem}.cards{grid-template-columns:1fr 1fr}.calls th:first-child{max-width:7.5rem}
        table{font-size:.8rem}th,td{padding:.22rem .28rem}.calls>*>tr>:nth-child(2),.calls>*>tr>:nth-child(4){display:none}
        .card strong{font-size:1.1rem}.facts div{grid-template-columns:4.6rem 1fr}svg{font-size:12px}caption{max-width:92vw}}
        @page{size:A4 landscape;margin:12mm}
        @media print{:root{color-scheme:light;font-size:12.5px}body{max-width:none;padding:0;font-size:9.5pt}.tools,.tip{display:none}.scroll{overflow:visible}
        table{font-size:7.6pt;width:100%}th,td{padding:.12rem .3rem}.calls th:first-child{position:static;white-space:normal;overflow-wrap:anywhere}
        .rp{width:110px;height:18px}thead .rp{height:11px}.ob{width:44px}
        .pr::details-content{content-visibility:visible}tr,.plot,.card,.warnings{break-inside:avoid}h2,summary{break-after:avoid}thead{display:table-header-group}tfoot{display:table-row-group}a{color:inherit}
        .plots{grid-template-columns:repeat(3,1fr)}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

        """)
}
