/**
 * `/docs`: the OpenAPI document as a page. Rendered here and without scripts, so it works offline,
 * loads nothing from elsewhere, and its content security policy can forbid everything.
 */

import { EMPTY, type Html, html, pageResponse, prose } from '../pages/html.ts';
import { PROBLEMS } from '../problem/codes.ts';
import type { Document, OperationObject } from './document.ts';
import { exampleOf, membersOf } from './schema-view.ts';
import { DOCS_CSS } from './style.ts';
import { eventSection } from './webhooks.ts';

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
}

export function docsPage(document: Document, baseUrl: string): Response {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Entry => ({ method, path, operation })),
  );
  const tags = [...new Set(entries.flatMap((entry) => entry.operation.tags))];
  const { info } = document;
  const body = html`<nav aria-label="Calls">
<a class="home" href="#top">${info.title} <small>${info.version}</small></a>
<a href="#auth">Authentication</a><a href="#events">Events</a><a href="#problems">Problems</a>
${tags.map(
  (tag) =>
    html`<h2>${tag}</h2>${entries
      .filter((entry) => entry.operation.tags.includes(tag))
      .map(
        ({ operation, method }) =>
          html`<a href="#${operation.operationId}"><b class="${method}">${method}</b> ${operation.summary}</a>`,
      )}`,
)}
</nav>
<main id="top">
<h1>${info.title} API</h1>
<p>${prose(info.description)} As a document for machines: <a href="/openapi.json"><code>/openapi.json</code></a> (OpenAPI ${document.openapi}).</p>
${authentication(baseUrl)}
${tags.map(
  (tag) =>
    html`<section><h2>${tag}</h2>${entries
      .filter((entry) => entry.operation.tags.includes(tag))
      .map((entry) => article(entry, document, baseUrl))}</section>`,
)}
${eventSection()}
${problems()}
</main>`;
  return pageResponse({ title: `${info.title} API`, css: DOCS_CSS, body });
}

const authentication = (baseUrl: string): Html => html`<section id="auth"><h2>Authentication</h2>
<p>Send a key with every call: <code>Authorization: Bearer KEY</code>. A key has one role, and a key of role <code>rep</code> belongs to one rep. Keys are made with <code>volley keys</code> or <a href="#keys.create">here</a>.</p>
<pre>curl ${baseUrl}/v1/leads -H 'Authorization: Bearer KEY'</pre></section>`;

function article({ method, path, operation }: Entry, { components }: Document, baseUrl: string): Html {
  const schemas = components.schemas;
  const [type, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const roles = operation['x-roles'];
  const { parameters } = operation;
  return html`<article id="${operation.operationId}">
<h3><b class="${method}">${method}</b> <code>${path}</code></h3>
<p><strong>${operation.summary}.</strong> ${prose(operation.description ?? '')}</p>
${roles === undefined ? EMPTY : html`<p class="roles">Roles: ${roles.join(', ')}</p>`}
${
  parameters.length === 0
    ? EMPTY
    : html`<h4>Parameters</h4><dl>${parameters.map(
        (one) =>
          html`<dt><code>${one.name}</code> <span>${one.in}</span>${one.required ? EMPTY : html` <i>optional</i>`}</dt><dd>${prose(one.description ?? '')}</dd>`,
      )}</dl>`
}
${type === undefined ? EMPTY : html`<h4>Body <span>${type}</span></h4>${membersOf(body?.schema, schemas)}`}
<pre>${curlOf({ method, path, operation }, type, body?.schema, schemas, baseUrl)}</pre>
<h4>Answers</h4><dl>${Object.entries(operation.responses).map(([status, response]) => {
    const schema = response.content?.['application/json']?.schema;
    const members =
      schema === undefined ? EMPTY : html`<details><summary>Members</summary>${membersOf(schema, schemas)}</details>`;
    return html`<dt><code>${status}</code></dt><dd>${prose(response.description)}${members}</dd>`;
  })}</dl>
</article>`;
}

function curlOf(
  { method, path, operation }: Entry,
  type: string | undefined,
  schema: unknown,
  schemas: Readonly<Record<string, unknown>>,
  baseUrl: string,
): string {
  const lines = [`curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} ${baseUrl}${path}`];
  if (operation.security.length > 0) lines.push(`-H 'Authorization: Bearer KEY'`);
  if (type !== undefined) lines.push(`-H 'Content-Type: ${type}'`);
  if (type === 'application/json')
    lines.push(`-d '${JSON.stringify(exampleOf(schema, schemas)).replaceAll("'", `'\\''`)}'`);
  else if (type === 'text/csv') lines.push('--data-binary @leads.csv');
  return lines.join(' \\\n  ');
}

const problems = (): Html => html`<section id="problems"><h2>Problems</h2>
<p>Every error is <code>application/problem+json</code>; its <code>type</code> is stable and leads here.</p>
<table><thead><tr><th>type</th><th>status</th><th>meaning</th></tr></thead><tbody>${Object.entries(PROBLEMS).map(
  ([code, { status, title }]) =>
    html`<tr id="problem-${code}"><td><code>/problems/${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
)}</tbody></table></section>`;
