export { acceptedType } from './accept.ts';
export { apiProblem, apiSchema } from './api-schema.ts';
export { ConditionalGet, TextAnswer } from './conditional-get.ts';
export {
  ConfigError,
  boolean,
  bytes,
  choice,
  duration,
  integer,
  list,
  optionalText,
  readConfig,
  text,
  type ConfigFault,
  type ConfigOf,
  type Setting,
  type Settings,
} from './config.ts';
export { articleSettings } from './article-settings.ts';
export { commonFaults, commonSettings, isLoopback, type CommonConfig } from './common-settings.ts';
export { configuredTopics, topicFaults, topicSettings, type TopicConfig } from './topic-settings.ts';
export { inSpan } from './in-span.ts';
export { LOGGER, createLogger, type Logger } from './logger.ts';
export { measureLag } from './lag-metrics.ts';
export { METRICS, busEvents, createMetrics } from './metrics.ts';
export { HealthRegistry, type DependencyHealth } from './health.ts';
export { connectTo } from './database/connect.ts';
export { migrateInTurn, type MigrationSession } from './database/migrate-in-turn.ts';
export { migrateService, migrateSettings } from './database/migrate-service.ts';
export { NOT_ALLOWED, isOfToday, notPrepared, type OwnedSchema } from './database/owned-schema.ts';
export { prepareDatabase } from './database/prepare-database.ts';
export { PatientClient } from './patient-client.ts';
export { problem, readBody, type ProblemDetails } from './problem-details.ts';
export { createApiDocument, type ApiDescription } from './open-api.ts';
export { CONFIG, RuntimeModule } from './runtime.module.ts';
export { DATABASE_CLOSED, WRONG_SETTINGS, endProcessAfter, processConfig } from './process.ts';
export { runService, startService, type RunningService, type ServiceDefinition } from './run-service.ts';
export { VERSION } from './version.ts';
