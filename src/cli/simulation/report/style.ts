/** The look of the report, light and dark; nothing in it loads anything. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #1f2937; --soft: #5b6472; --line: #dfe3e8; --here: #1d4ed8; --there: #b45309; --limit: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f141b; --card: #181f29; --ink: #e5e7eb; --soft: #9aa4b2; --line: #2f3947; --here: #8ab4ff; --there: #fbbf24; --limit: #fca5a5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 17px; margin: 36px 0 12px; } p { margin: 0 0 8px; } .soft { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 12px; margin: 20px 0 0; padding: 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 14px; } .tiles dt { color: var(--soft); font-size: 13px; } .tiles dd { margin: 0; font-size: 22px; font-variant-numeric: tabular-nums; } .tiles small { display: block; font-size: 13px; color: var(--soft); }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
figure { margin: 0; min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
figcaption { font-weight: 600; font-size: 14px; margin-bottom: 10px; overflow-wrap: anywhere; }
.legend { display: inline-flex; flex-wrap: wrap; gap: 4px 12px; margin-left: 10px; font-weight: 400; font-size: 13px; color: var(--soft); } .legend i { display: inline-block; width: 12px; height: 3px; margin-right: 5px; vertical-align: middle; }
i.here { background: var(--here); } i.there { background: var(--there); } i.limit { background: var(--limit); }
.plot { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 8px; } .plot svg { width: 100%; height: 150px; display: block; overflow: visible; }
.scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right; min-width: 32px; margin: -9px 0; font-size: 12px; color: var(--soft); font-variant-numeric: tabular-nums; }
.days { display: flex; justify-content: space-between; gap: 8px; padding-left: 40px; margin-top: 6px; font-size: 12px; color: var(--soft); }
svg polyline { fill: none; stroke-width: 1.75; vector-effect: non-scaling-stroke; stroke-linejoin: round; } polyline.here { stroke: var(--here); } polyline.there { stroke: var(--there); } polyline.limit { stroke: var(--limit); stroke-dasharray: 5 4; }
.band { opacity: .18; } .band.here { fill: var(--here); } .band.there { fill: var(--there); }
.grid { stroke: var(--line); fill: none; vector-effect: non-scaling-stroke; } .hit { fill: transparent; } .hit:hover { fill: var(--ink); fill-opacity: .08; }
.bars { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 14px; margin: 0; } .bars dt { grid-column: 1; color: var(--soft); } .bars dd { grid-column: 2; margin: 0; display: grid; grid-template-columns: minmax(0, 1fr) 104px; gap: 10px; align-items: center; }
.bar i { display: block; height: 12px; border-radius: 3px; min-width: 1px; } .value { font-variant-numeric: tabular-nums; font-size: 13px; }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.grid2 + .wide { margin-top: 16px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; } th, td { padding: 6px 14px; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } th:first-child, td:first-child, td.words { text-align: left; } td.words { white-space: normal; min-width: 180px; }
thead th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--line); } tbody tr + tr td { border-top: 1px solid var(--line); } tbody tr.sure td { font-weight: 600; }
.whisker { width: 120px; height: 14px; display: inline-block; vertical-align: middle; } .whisker path { vector-effect: non-scaling-stroke; fill: none; } .zero { stroke: var(--soft); stroke-dasharray: 2 2; } .span { stroke: var(--there); stroke-width: 2; } .mean { stroke: var(--ink); stroke-width: 2; }
ul { margin: 0; padding-left: 20px; }
@media print { body { background: none; } figure, .wide { break-inside: avoid; } }
`;
