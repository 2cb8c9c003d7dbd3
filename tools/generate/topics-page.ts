import { EVENTS, TOPICS, type TopicDefinition } from '@khabar/contracts';
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

The partition of a record follows from its key by murmur2, as in Kafka's own clients. A dead-letter topic carries the records of its topic that
could not be processed, byte for byte and with their headers, beside the reason in headers \`khabar-*\`; [asyncapi.yaml](../asyncapi.yaml) has all headers and an example of each event.
How to read them is in [README.md](README.md).

Every field is there; null says that it is not known. Only fields with a question mark may be absent. A version may gain optional fields: ignore what you do not know.

${events.join('\n')}`;
}

function topicRow({ name, event, key, partitions, retentionMs, maxMessageBytes }: TopicDefinition): string {
  const carries = event === null ? 'dead letters' : `[${event}](#${event.replaceAll('.', '')})`;
  return `| \`${name}\` | ${carries} | ${key} | ${partitions} | ${inDays(retentionMs)} | ${inMebibytes(maxMessageBytes)} |`;
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
