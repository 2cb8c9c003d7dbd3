import { Bus } from '@khabar/bus';
import { type DynamicModule, type Type, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule } from 'nestjs-pino';
import type { Registry } from 'prom-client';
import type { CommonConfig } from './common-settings.ts';
import { HealthController, HealthRegistry } from './health.ts';
import { type Logger, LOGGER } from './logger.ts';
import { METRICS, MetricsController } from './metrics.ts';
import { ProblemDetailsFilter } from './problem-details.ts';
import { WriteGuard } from './write-guard.ts';

/** Injection token of the service's configuration. */
export const CONFIG = Symbol('CONFIG');

/** What every service is built around. */
export interface RuntimeParts {
  readonly module: Type;
  readonly config: CommonConfig;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: HealthRegistry;
}

const QUIET_PATHS = /^\/(?:health|metrics)(?:\/|$)/;

/** Health, metrics, logs, problem details and the guard of writes, around the module of one service. */
@Global()
@Module({})
export class RuntimeModule {
  /** The root module of a service. */
  static around({ module, config, bus, logger, metrics, health }: RuntimeParts): DynamicModule {
    const provided = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      { provide: METRICS, useValue: metrics },
      { provide: HealthRegistry, useValue: health },
      { provide: Bus, useValue: bus },
    ];
    return {
      module: RuntimeModule,
      imports: [
        TerminusModule.forRoot({ logger: false }),
        LoggerModule.forRoot({
          pinoHttp: {
            logger,
            autoLogging: { ignore: (request) => QUIET_PATHS.test(request.url ?? '') },
            customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
          },
          assignResponse: false,
        }),
        module,
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        ...provided,
        { provide: APP_FILTER, useValue: new ProblemDetailsFilter(logger) },
        { provide: APP_GUARD, useValue: new WriteGuard({ apiKey: config.API_KEY, host: config.HTTP_HOST }) },
      ],
      exports: provided.map(({ provide }) => provide),
    };
  }
}
