import 'reflect-metadata';
import { Bus } from '@khabar/bus';
import {
  CONFIG,
  HealthRegistry,
  LOGGER,
  METRICS,
  type ServiceDefinition,
  type Settings,
  createApiDocument,
} from '@khabar/runtime';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { fetcherService } from '../../apps/fetcher/src/fetcher.module.ts';
import { storeService } from '../../apps/store/src/store.module.ts';

/** The OpenAPI document of every service that has an API, as it serves it, without starting it or anything it needs. */
export async function openApiFiles(): Promise<[path: string, text: string][]> {
  return [
    ['docs/openapi/fetcher.json', await openApi(fetcherService)],
    ['docs/openapi/store.json', await openApi(storeService)],
  ];
}

/** What every service finds around itself. In preview Nest knows modules and controllers and makes none, so names are enough. */
const AROUND = [CONFIG, LOGGER, METRICS, HealthRegistry, Bus].map((provide) => ({ provide, useValue: null }));

async function openApi({ module, api }: Pick<ServiceDefinition<Settings>, 'module' | 'api'>): Promise<string> {
  const root: DynamicModule = {
    module: class Preview {},
    global: true,
    imports: [module],
    providers: AROUND,
    exports: AROUND.map(({ provide }) => provide),
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  return `${JSON.stringify(createApiDocument(app, api!), null, 2)}\n`;
}
