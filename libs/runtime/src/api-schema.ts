import type { ApiResponseOptions } from '@nestjs/swagger';
import { Type, type TSchema } from 'typebox';

type SchemaObject = Extract<ApiResponseOptions, { schema: unknown }>['schema'];

/** A TypeBox schema in an OpenAPI document: both are JSON Schema 2020-12. */
export function apiSchema(schema: TSchema): SchemaObject {
  return JSON.parse(JSON.stringify(schema)) as SchemaObject;
}

const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Names the problem for programs' }),
    detail: Type.Optional(Type.String({ description: 'Says what to do, for people' })),
    instance: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), message: Type.String() }), {
        description: 'Every parameter that is wrong',
      }),
    ),
  },
  { title: 'Problem' },
);

/** A response of `application/problem+json` (RFC 9457). */
export function apiProblem(status: number, description: string): ApiResponseOptions {
  return { status, description, content: { 'application/problem+json': { schema: apiSchema(ProblemSchema) } } };
}
