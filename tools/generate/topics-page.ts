import {
  ARTICLES,
  ARTICLE_CHANGES,
  EVENTS,
  RAW_ARTICLES,
  TOPICS,
  type TopicDefinition,
  deadLetterTopic,
} from '@khabar/contracts';
import type { topicSettings } from '@khabar/runtime';
import { inDays, inMebibytes } from './units.ts';

interface SchemaNode {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly format?: string;
}

/** `docs/consumers/topics.md`: the topics as they are created, and the fields of their events. */
export function topicsPage(): string {
  const events = Object.entries(EVENTS).map(
    ([type, { schema }]) => `## ${type}

[JSON Schema](../../libs/contracts/schemas/${type}.json)

| field | type | |
| --- | --- | --- |
${fieldRows(schema as unknown as SchemaNode).join('\n')}
`,
  );
  return `<!-- Made from libs/contracts by npm run generate. -->

# Topics

| topic | events | key | partitions | kept | largest batch |
| --- | --- | --- | --- | --- | --- |
${TOPICS.map(topicRow).join('\n')}

These are the defaults. A topic is created with what its operator chose: \`TOPIC_PARTITIONS\` and the [settings](../operators/settings.md) in brackets.

The partition of a record follows from its key by murmur2, as in Kafka's own clients. A dead-letter topic carries the records of its topic that
could not be processed, byte for byte and with their headers, beside the reason in headers \`khabar-*\`; [asyncapi.yaml](../asyncapi.yaml) has all headers and an example of each event.
How to read them is in [README.md](README.md).

Every field is there; null says that it is not known. Only fields with a question mark may be absent. A version may gain optional fields: ignore what you do not know.

${events.join('\n')}`;
}

type SettingName = keyof typeof topicSettings;

/** Which setting says how long a topic is kept, and which how large its records may be, where one does. */
const SETTINGS: Readonly<Record<string, { kept: SettingName; size?: SettingName }>> = {
  [RAW_ARTICLES.name]: { kept: 'RAW_RETENTION', size: 'RAW_MAX_BYTES' },
  [deadLetterTopic(RAW_ARTICLES).name]: { kept: 'DEAD_LETTER_RETENTION', size: 'RAW_DEAD_LETTER_MAX_BYTES' },
  [ARTICLES.name]: { kept: 'ARTICLES_RETENTION', size: 'RAW_MAX_BYTES' },
  [deadLetterTopic(ARTICLES).name]: { kept: 'DEAD_LETTER_RETENTION' },
  [ARTICLE_CHANGES.name]: { kept: 'CHANGES_RETENTION' },
  [deadLetterTopic(ARTICLE_CHANGES).name]: { kept: 'DEAD_LETTER_RETENTION' },
};

function topicRow({ name, event, key, partitions, retentionMs, maxMessageBytes }: TopicDefinition): string {
  const carries = event === null ? 'dead letters' : `[${event}](#${event.replaceAll('.', '')})`;
  const { kept, size } = SETTINGS[name]!;
  const largest = `${inMebibytes(maxMessageBytes)}${size ? ` (\`${size}\`)` : ''}`;
  return `| \`${name}\` | ${carries} | ${key} | ${partitions} | ${inDays(retentionMs)} (\`${kept}\`) | ${largest} |`;
}

function fieldRows(schema: SchemaNode, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) ? '' : '?';
    const inner = objectWithin(field);
    const path = `${prefix}${name}`;
    return [
      `| \`${path}\`${optional} | ${typeText(field)} | ${description(field)} |`,
      ...(inner ? fieldRows(inner.node, `${path}${inner.many ? '[]' : ''}.`) : []),
    ];
  });
}

function objectWithin(field: SchemaNode): { node: SchemaNode; many: boolean } | null {
  if (field.properties) return { node: field, many: false };
  const nested = field.anyOf?.map(objectWithin).find((found) => found !== null) ?? null;
  if (nested) return nested;
  const item = field.items && objectWithin(field.items);
  return item ? { node: item.node, many: true } : null;
}

function typeText(field: SchemaNode): string {
  if (field.anyOf) return field.anyOf.map(typeText).join(' or ');
  if (field.enum) return field.enum.map((word) => `\`${word}\``).join(', ');
  if (field.type === 'array') return `list of ${field.items ? typeText(field.items) : 'anything'}`;
  return field.format === 'date-time' ? 'instant' : (field.type ?? 'anything');
}

function description(field: SchemaNode): string {
  const own = field.description ?? field.anyOf?.find((alternative) => alternative.description)?.description ?? '';
  return own.replaceAll('|', '\\|');
}
