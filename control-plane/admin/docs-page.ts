/** `/docs`: the OpenAPI document for people, one page with nothing to load. */
import type { OpenApiDocument } from './openapi.ts';
import { METHODS } from './resource.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: { readonly description?: string };
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
}
interface OperationObject {
  readonly summary?: string;
  readonly description?: string;
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
}

const STYLE = `:root{color-scheme:light dark;--line:#8884;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:var(--soft);padding:.75rem;overflow:auto;border-radius:4px}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}
details{border:1px solid var(--line);border-radius:4px;margin:.5rem 0;padding:.5rem .75rem}summary{cursor:pointer}
summary b{display:inline-block;min-width:4.5em}nav a{margin-right:1em}h3{margin:.75rem 0 .25rem;font-size:1rem}`;

/** Everything that comes from the document is escaped. */
export function docsPage(document: OpenApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = (item as Partial<Record<string, OperationObject>>)[method];
      if (operation === undefined) continue;
      const tag = operation.tags?.[0] ?? '';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationHtml(method, path, operation)]);
    }
  }
  const tags = [...byTag.keys()];
  const schemas = Object.entries(document.components?.schemas ?? {})
    .map(
      ([name, schema]) =>
        `<details id="schema-${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${json(schema)}</details>`,
    )
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Cohort: REST</title><style>${STYLE}</style></head>
<body><h1>Cohort: REST</h1><p>${escaped(document.info.description ?? '')}</p>
<p>The same for programs: <a href="openapi.json">openapi.json</a> (OpenAPI ${escaped(document.openapi)}).</p>
<nav>${tags.map((tag) => `<a href="#${escaped(tag)}">${escaped(tag)}</a>`).join(' ')}<a href="#schemas">schemas</a></nav>
${tags.map((tag) => `<h2 id="${escaped(tag)}">${escaped(tag)}</h2>${byTag.get(tag)?.join('') ?? ''}`).join('\n')}
<h2 id="schemas">Schemas</h2>${schemas}
</body></html>
`;
}

function operationHtml(method: string, path: string, operation: OperationObject): string {
  const { summary = '', description, parameters = [], requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: where, required, description: words, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(where)}${required === true ? ', required' : ''}</td><td>${escaped(words ?? schema?.description ?? '')}</td></tr>`,
  );
  const answers = Object.entries(responses).map(
    ([status, { description: words, content }]) =>
      `<tr><td>${escaped(status)}</td><td>${escaped(words)}${bodies(content)}</td></tr>`,
  );
  return `<details><summary><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code> ${escaped(summary)}</summary>
${description === undefined ? '' : `<p>${escaped(description)}</p>`}
${rows.length === 0 ? '' : `<h3>Parameters</h3><table>${rows.join('')}</table>`}
${requestBody === undefined ? '' : `<h3>Body</h3>${bodies(requestBody.content)}`}
<h3>Answers</h3><table>${answers.join('')}</table></details>`;
}

function bodies(content: Content['content'] = {}): string {
  return Object.entries(content)
    .filter(([type]) => type !== 'application/problem+json')
    .map(([type, { schema }]) => `<div><code>${escaped(type)}</code>${json(schema)}</div>`)
    .join('');
}

/** References lead to the schema. */
function json(value: unknown): string {
  const text = escaped(JSON.stringify(value, undefined, 2) ?? '');
  const linked = text.replaceAll(
    /#\/components\/schemas\/(\w+)/g,
    (whole, name: string) => `<a href="#schema-${name}">${whole}</a>`,
  );
  return `<pre>${linked}</pre>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
