import { DEAD_LETTER_ROOM_BYTES, DEFAULT_TOPIC_SETTINGS, type TopicDefinition, topicsFor } from '@khabar/contracts';
import { type ConfigFault, type ConfigOf, type Settings, bytes, duration, integer } from './config.ts';

const HOUR = 60 * 60 * 1000;
const YEAR = 365 * 24 * HOUR;
const MIB = 1024 * 1024;

/** Kafka's own limit of one request (`socket.request.max.bytes`) is 100 MiB. */
const MOST_RAW_BYTES = 64 * MIB;

function retention(of: { default: number; description: string }) {
  return duration({ ...of, min: HOUR, max: 10 * YEAR });
}

/** How topics are created; those that exist already are never altered. */
export const topicSettings = {
  TOPIC_PARTITIONS: integer({
    default: DEFAULT_TOPIC_SETTINGS.partitions,
    min: 1,
    max: 1000,
    description: 'Partitions of a topic that is created: the most parsers or stores that share its work.',
  }),
  RAW_RETENTION: retention({
    default: DEFAULT_TOPIC_SETTINGS.rawRetentionMs,
    description: 'How long raw articles are kept on the bus.',
  }),
  ARTICLES_RETENTION: retention({
    default: DEFAULT_TOPIC_SETTINGS.articlesRetentionMs,
    description: 'How long articles are kept on the bus.',
  }),
  CHANGES_RETENTION: retention({
    default: DEFAULT_TOPIC_SETTINGS.changesRetentionMs,
    description: 'How long changes are kept on the bus.',
  }),
  DEAD_LETTER_RETENTION: retention({
    default: DEFAULT_TOPIC_SETTINGS.deadLetterRetentionMs,
    description: 'How long dead letters are kept on the bus.',
  }),
  RAW_MAX_BYTES: bytes({
    default: DEFAULT_TOPIC_SETTINGS.rawMaxBytes,
    min: MIB,
    max: MOST_RAW_BYTES,
    description: 'Largest raw article on the bus, and largest article.',
  }),
  RAW_DEAD_LETTER_MAX_BYTES: bytes({
    default: DEFAULT_TOPIC_SETTINGS.rawDeadLetterMaxBytes,
    min: MIB + DEAD_LETTER_ROOM_BYTES,
    max: MOST_RAW_BYTES + 16 * MIB,
    description: 'Largest dead letter of a raw article; at least 1 MiB above RAW_MAX_BYTES.',
  }),
} satisfies Settings;

/** Values of {@link topicSettings}. */
export type TopicConfig = ConfigOf<typeof topicSettings>;

/** Mistakes that only show when the settings are looked at together. */
export function topicFaults(config: TopicConfig): ConfigFault[] {
  if (config.RAW_DEAD_LETTER_MAX_BYTES >= config.RAW_MAX_BYTES + DEAD_LETTER_ROOM_BYTES) return [];
  return [{ key: 'RAW_DEAD_LETTER_MAX_BYTES', expectation: 'must be at least 1 MiB above RAW_MAX_BYTES' }];
}

/** The topics that the settings describe. */
export function configuredTopics(config: TopicConfig): readonly TopicDefinition[] {
  return topicsFor({
    partitions: config.TOPIC_PARTITIONS,
    rawRetentionMs: config.RAW_RETENTION,
    articlesRetentionMs: config.ARTICLES_RETENTION,
    changesRetentionMs: config.CHANGES_RETENTION,
    deadLetterRetentionMs: config.DEAD_LETTER_RETENTION,
    rawMaxBytes: config.RAW_MAX_BYTES,
    rawDeadLetterMaxBytes: config.RAW_DEAD_LETTER_MAX_BYTES,
  });
}
