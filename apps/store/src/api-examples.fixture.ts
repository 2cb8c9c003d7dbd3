import { compileValidator } from '@khabar/contracts';
import type { TSchema } from 'typebox';
import { expect } from 'vitest';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly example?: unknown;
  readonly schema: { readonly examples?: readonly unknown[] };
}

interface Content {
  readonly schema: TSchema;
  readonly example?: unknown;
}

/** As far as it is looked at here. */
export interface ApiOperation {
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

/** The address of an operation with the examples of all its parameters. */
export function exampleAddress(path: string, { parameters = [] }: ApiOperation): string {
  const withExample = parameters
    .map(({ name, in: place, example, schema }) => ({ name, place, example: example ?? schema.examples?.[0] }))
    .filter(({ example }) => example !== undefined);
  const query = withExample.filter((one) => one.place === 'query').map(({ name, example }) => [name, String(example)]);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const found = withExample.find((one) => one.place === 'path' && one.name === name);
    return encodeURIComponent(String(found?.example));
  });
  return query.length === 0 ? filled : `${filled}?${new URLSearchParams(query as [string, string][])}`;
}

/** Holds an answer of 200 against what is documented, and the documented example too. A stream is looked at up to its first event. */
export async function expectDocumented(path: string, operation: ApiOperation, response: Response): Promise<void> {
  expect(response.status, path).toBe(200);
  const [mediaType] = response.headers.get('content-type')!.split(';');
  const content = operation.responses['200']?.content?.[mediaType!];
  expect(content, `${path} answers ${mediaType}`).toBeDefined();
  if (mediaType === 'text/event-stream') {
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value), path).toMatch(/^(?:retry|id): \d+\n/);
    return reader.cancel();
  }
  const text = await response.text();
  if (!mediaType!.includes('json')) return void expect(text.length, path).toBeGreaterThan(0);
  const validator = compileValidator(path, content!.schema);
  validator.assert(JSON.parse(text));
  if (content!.example !== undefined) validator.assert(content!.example);
}
