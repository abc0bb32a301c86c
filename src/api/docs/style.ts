/** How the docs page looks, in light and dark. */
export const DOCS_CSS = `:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#1c4ed8;--get:#15803d;--put:#b45309;--delete:#be123c}
@media (prefers-color-scheme:dark){:root{--accent:#93b4ff;--get:#4ade80;--put:#fbbf24;--delete:#fda4af}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;font:16px/1.55 system-ui,sans-serif;display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.25rem 1rem 3rem;border-right:1px solid var(--line);font-size:.875rem}
nav h2{font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;opacity:.65;margin:1.25rem 0 .25rem}
nav a{display:block;padding:.2rem .4rem;border-radius:.3rem;color:inherit;text-decoration:none}
nav a:hover{background:var(--soft)}
nav .home{font-weight:700;font-size:1.1rem}
main{padding:2rem clamp(1rem,4vw,3.5rem) 6rem;max-width:62rem}
a{color:var(--accent)}
h1{margin:0 0 .5rem}section>h2{margin:3rem 0 1rem;padding-top:1rem;border-top:1px solid var(--line)}
article{margin:0 0 2.5rem;padding:1.1rem 1.25rem;border:1px solid var(--line);border-radius:.6rem}
article:target{outline:2px solid var(--accent)}
h3{margin:0 0 .5rem;font-size:1.05rem}h4{margin:1rem 0 .25rem;font-size:.85rem}
h4 span,dt span,dt i{font-weight:400;opacity:.7;font-size:.85rem}
b.get,b.post,b.put,b.delete{display:inline-block;min-width:3.2rem;font:700 .75rem ui-monospace,monospace;text-transform:uppercase}
b.get{color:var(--get)}b.post{color:var(--accent)}b.put{color:var(--put)}b.delete{color:var(--delete)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:.875em}
code{overflow-wrap:anywhere}
pre{overflow:auto;padding:.8rem 1rem;background:var(--soft);border-radius:.4rem}
dl{margin:.25rem 0}dd{margin:0 0 .4rem 1.25rem;font-size:.925rem}
summary{cursor:pointer;color:var(--accent)}
.roles{font-size:.85rem;opacity:.8}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
tr:target{background:var(--soft)}
@media (max-width:56rem){body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}}`;
