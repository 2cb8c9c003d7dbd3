import { Parser } from '@asyncapi/parser';

/**
 * What AsyncAPI's own parser says against a document in YAML, down to its hints: its meta-schema, references, and whether each example is
 * of its message's headers and payload.
 */
export async function asyncApiFaults(text: string): Promise<string[]> {
  const diagnostics = await new Parser().validate(text);
  return diagnostics.map(({ path, message }) => `${path.join('/') || 'the document'}: ${message}`);
}
