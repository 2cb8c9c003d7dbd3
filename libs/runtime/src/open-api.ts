import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from './version.ts';

/** Title and description of a service's API. */
export interface ApiDescription {
  readonly title: string;
  readonly description: string;
}

/** The OpenAPI 3.1 document of a service's controllers. */
export function createApiDocument(app: INestApplication, { title, description }: ApiDescription): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(title)
    .setDescription(description)
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'apiKey')
    .build();
  return SwaggerModule.createDocument(app, base);
}

/** Serves {@link createApiDocument} at `/api/openapi.json`. */
export function serveApiDocument(app: INestApplication, api: ApiDescription): void {
  SwaggerModule.setup('api/docs', app, () => createApiDocument(app, api), {
    jsonDocumentUrl: 'api/openapi.json',
    ui: false,
    raw: ['json'],
  });
}
