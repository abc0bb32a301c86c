/** The look of the pages that mails lead to: one column, one question, as wide as a phone. */
import { html, type Page, pageResponse } from './html.ts';

const CSS = `:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;font:17px/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:36rem;margin:8vh auto 3rem;padding:0 1.25rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 .75rem}
h2{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:0 0 1.25rem}
ul{margin:0 0 1rem;padding-left:1.2rem}
form{margin:0 0 1.25rem}
label{display:block;font-weight:600;margin:.75rem 0 .25rem}
label.choice{font-weight:400}
input,textarea{font:inherit;width:100%;padding:.55rem;border:1px solid GrayText;border-radius:.4rem;background:Field;color:FieldText}
input[type=radio],input[type=checkbox]{width:auto;margin-right:.5rem}
fieldset{border:0;margin:0;padding:0}
legend{font-weight:600;padding:0}
details{border:1px solid GrayText;border-radius:.5rem;padding:.4rem .9rem;margin:0 0 .6rem}
summary{font-weight:600;cursor:pointer;padding:.35rem 0}
button{font:inherit;font-weight:600;padding:.7rem 1.5rem;margin-top:1rem;border:0;border-radius:.5rem;background:#1c4ed8;color:#fff;cursor:pointer}
button:focus-visible,input:focus-visible,summary:focus-visible,a:focus-visible{outline:3px solid CanvasText;outline-offset:2px}
.draft{white-space:pre-wrap;border:1px solid GrayText;border-radius:.5rem;padding:.75rem 1rem;margin:0 0 1rem}
.wrong{border-left:4px solid #c81e1e;padding:.25rem .9rem;margin:0 0 1.25rem}
button.quiet{background:transparent;color:CanvasText;border:2px solid CanvasText;padding:.6rem 1.4rem}
.said{border-left:4px solid #15803d;padding:.25rem .9rem;margin:0 0 1.25rem}
small{opacity:.75}`;

export function card({ body, ...page }: Pick<Page, 'title' | 'body' | 'status' | 'lang'>): Response {
  return pageResponse({ ...page, css: CSS, body: html`<main>${body}</main>` });
}
