import { EVENTS } from '@khabar/contracts';

/** The JSON Schema of every event, a file each, for consumers that have no use for TypeScript. */
export function schemaFiles(): [path: string, text: string][] {
  return Object.entries(EVENTS).map(([type, { schema }]) => {
    const document = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema };
    return [`libs/contracts/schemas/${type}.json`, `${JSON.stringify(document, null, 2)}\n`];
  });
}
