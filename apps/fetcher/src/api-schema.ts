import type { ApiBodyOptions } from '@nestjs/swagger';
import type { TSchema } from 'typebox';

type SchemaObject = Extract<ApiBodyOptions, { schema: unknown }>['schema'];

/** A TypeBox schema in an OpenAPI document: both are JSON Schema 2020-12. */
export function apiSchema(schema: TSchema): SchemaObject {
  return JSON.parse(JSON.stringify(schema)) as SchemaObject;
}
