import {
  ARTICLES,
  ARTICLE_CHANGES,
  CONSUMER_GROUPS,
  type CloudEvent,
  EVENTS,
  type EventType,
  RAW_ARTICLES,
  TOPICS,
  type TopicDefinition,
  articleChangeEvent,
  articleEvent,
  deadLetterTopic,
  encodeEvent,
  rawArticleEvent,
  rejectedInputEvent,
  toDeadLetterHeaders,
} from '@khabar/contracts';
import { stringify } from 'yaml';
import { inDays } from './units.ts';

const KAFKA_BINDING = '0.5.0';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const TITLES: Readonly<Record<EventType, string>> = {
  'news.raw.v1': 'One fetch of one article, as it came',
  'news.articles.v1': 'One article, as the parser reads it out of one raw article',
  'news.changes.v1': 'What became of one article in the store',
  'khabar.rejected-input.v1': 'An input that could not become a raw article',
};

const TOPIC_TEXTS: Readonly<Record<string, string>> = {
  [RAW_ARTICLES.name]: 'Raw articles, from the fetcher to the parser.',
  [ARTICLES.name]:
    'Articles, from the parser to the store and to whoever wants them all. No order: compare `fetchedAt` of one article.',
  [ARTICLE_CHANGES.name]: 'Changes of what is stored, in order for each article.',
};

/** `docs/asyncapi.yaml`: every topic with its messages, and which service sends and receives them (AsyncAPI 3.1). */
export function asyncApi(version: string): string {
  const document = {
    asyncapi: '3.1.0',
    id: 'urn:khabar',
    info: {
      title: 'Khabar',
      version,
      description:
        'News in, clean articles and a stream of events out. Events are JSON in the binary content mode of the CloudEvents Kafka protocol binding 1.0.2: attributes in `ce_` headers, data in the value. Delivery is at least once: `ce_id` names one event, and a redelivery has the same.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: '{broker}',
        protocol: 'kafka',
        variables: { broker: { default: 'localhost:9092', description: 'One of KAFKA_BROKERS' } },
      },
    },
    channels: Object.fromEntries(TOPICS.map((topic) => [topic.name, channel(topic)])),
    operations: operations(),
    components: { messages: messages(), schemas: schemas() },
  };
  return stringify(JSON.parse(JSON.stringify(document)), { lineWidth: 120, aliasDuplicateObjects: false });
}

function channel(topic: TopicDefinition): object {
  const of = TOPICS.find(({ name }) => deadLetterTopic({ ...topic, name }).name === topic.name);
  return {
    address: topic.name,
    description: of
      ? `What of \`${of.name}\` could not be processed, with the reason. Kept ${inDays(topic.retentionMs)}.`
      : `${TOPIC_TEXTS[topic.name]} Kept ${inDays(topic.retentionMs)}.`,
    messages: Object.fromEntries(messageNames(topic).map((name) => [name, ref('messages', name)])),
    bindings: {
      kafka: {
        topic: topic.name,
        partitions: topic.partitions,
        topicConfiguration: {
          'cleanup.policy': ['delete'],
          'retention.ms': topic.retentionMs,
          'max.message.bytes': topic.maxMessageBytes,
        },
        bindingVersion: KAFKA_BINDING,
      },
    },
  };
}

function messageNames(topic: TopicDefinition): string[] {
  if (topic.event !== null) return [topic.event];
  return topic.name === deadLetterTopic(RAW_ARTICLES).name
    ? ['dead-letter', 'khabar.rejected-input.v1']
    : ['dead-letter'];
}

function operations(): object {
  return {
    'fetcher.send.raw-articles': operation('send', RAW_ARTICLES, 'The fetcher publishes what it fetched.'),
    'fetcher.send.rejected-inputs': operation(
      'send',
      deadLetterTopic(RAW_ARTICLES),
      'The fetcher keeps what could not become a raw article.',
      ['khabar.rejected-input.v1'],
    ),
    'parser.receive.raw-articles': operation('receive', RAW_ARTICLES, 'The parser reads raw articles.'),
    'parser.send.articles': operation('send', ARTICLES, 'The parser publishes the article of each raw article.'),
    'parser.send.dead-letters': operation(
      'send',
      deadLetterTopic(RAW_ARTICLES),
      'The parser keeps what it cannot parse.',
      ['dead-letter'],
    ),
    'store.receive.articles': operation('receive', ARTICLES, 'The store reads articles.'),
    'store.send.changes': operation('send', ARTICLE_CHANGES, 'The store announces each change after it is durable.'),
    'store.send.dead-letters': operation('send', deadLetterTopic(ARTICLES), 'The store keeps what it cannot store.'),
  };
}

function operation(
  action: 'send' | 'receive',
  topic: TopicDefinition,
  summary: string,
  names: readonly string[] = messageNames(topic),
): object {
  const group = topic === RAW_ARTICLES ? CONSUMER_GROUPS.parser : CONSUMER_GROUPS.store;
  return {
    action,
    channel: { $ref: `#/channels/${topic.name}` },
    summary,
    messages: names.map((name) => ({ $ref: `#/channels/${topic.name}/messages/${name}` })),
    ...(action === 'receive' && {
      bindings: { kafka: { groupId: { type: 'string', const: group }, bindingVersion: KAFKA_BINDING } },
    }),
  };
}

function messages(): object {
  const events = examples();
  return {
    ...Object.fromEntries(Object.values(events).map((event) => [event.type, message(event)])),
    'dead-letter': {
      name: 'dead-letter',
      title: 'A record that could not be processed',
      summary: 'The original value, byte for byte, and the original headers, with the reason beside them.',
      headers: ref('schemas', 'DeadLetterHeaders'),
      payload: { description: 'The bytes of the original record, whatever they are.' },
      bindings: keyBinding('Of the original record'),
      examples: [{ name: 'unknown-version', headers: deadLetterHeadersExample(events['news.raw.v1']), payload: {} }],
    },
  };
}

function message(event: CloudEvent): object {
  const { headers, value } = encodeEvent(event);
  const isDead = event.type === 'khabar.rejected-input.v1';
  const dead = isDead ? toDeadLetterHeaders(reasonExample('too-large', null)) : {};
  return {
    name: event.type,
    title: TITLES[event.type],
    contentType: headers['content-type'],
    headers: isDead
      ? { type: 'object', allOf: [headersSchema(event), ref('schemas', 'DeadLetterHeaders')] }
      : headersSchema(event),
    payload: ref('schemas', event.type),
    bindings: keyBinding('The subject: the id of the entity'),
    examples: [
      { name: 'example', headers: { ...headers, ...dead }, payload: JSON.parse(value.toString('utf8')) as object },
    ],
  };
}

function keyBinding(description: string): object {
  return { kafka: { key: { type: 'string', description }, bindingVersion: KAFKA_BINDING } };
}

const CONTEXT = {
  'content-type': { type: 'string', description: 'Media type of the value' },
  ce_specversion: { type: 'string', const: '1.0' },
  ce_id: { type: 'string', format: 'uuid', description: 'Names this one event; a redelivery has the same' },
  ce_source: { type: 'string', format: 'uri' },
  ce_type: { type: 'string' },
  ce_subject: { type: 'string', format: 'uuid', description: 'The id of the entity; also the key' },
  ce_time: { type: 'string', format: 'date-time' },
  ce_dataschema: { type: 'string', format: 'uri' },
  traceparent: {
    type: 'string',
    pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
    description: 'W3C Trace Context; not sampled where no tracer is on',
  },
};

function headersSchema({ type, source, dataschema }: CloudEvent): object {
  return {
    type: 'object',
    required: Object.keys(CONTEXT),
    properties: {
      ...CONTEXT,
      ce_source: { ...CONTEXT.ce_source, const: source },
      ce_type: { ...CONTEXT.ce_type, const: type },
      ce_dataschema: { ...CONTEXT.ce_dataschema, const: dataschema },
    },
  };
}

function schemas(): object {
  return {
    ...Object.fromEntries(Object.entries(EVENTS).map(([type, { schema }]) => [type, schema])),
    DeadLetterHeaders: {
      type: 'object',
      description: 'Beside the headers of the original record.',
      required: [
        'khabar-code',
        'khabar-message',
        'khabar-attempts',
        'khabar-service',
        'khabar-version',
        'khabar-first-at',
        'khabar-last-at',
      ],
      properties: {
        'khabar-code': { type: 'string', description: 'Names the reason for programs' },
        'khabar-message': { type: 'string', description: 'Says the reason, for people' },
        'khabar-attempts': { type: 'string', pattern: '^\\d+$', description: 'How often the work was tried' },
        'khabar-service': { type: 'string', description: 'Which service gave it up' },
        'khabar-version': { type: 'string', description: 'Its version' },
        'khabar-topic': { type: 'string', description: 'Where the record stood; absent where it never was on a topic' },
        'khabar-partition': { type: 'string', pattern: '^\\d+$' },
        'khabar-offset': { type: 'string', pattern: '^\\d+$' },
        'khabar-first-at': { type: 'string', format: 'date-time', description: 'First try' },
        'khabar-last-at': { type: 'string', format: 'date-time', description: 'Last try' },
      },
    },
  };
}

function ref(kind: 'messages' | 'schemas', name: string): object {
  return { $ref: `#/components/${kind}/${name}` };
}

function examples(): { [T in EventType]: CloudEvent<T> } {
  const raw = rawArticleEvent(EVENTS['news.raw.v1'].example, TRACEPARENT);
  return {
    'news.raw.v1': raw,
    'news.articles.v1': articleEvent(EVENTS['news.articles.v1'].example, raw.id, TRACEPARENT),
    'news.changes.v1': articleChangeEvent(EVENTS['news.changes.v1'].example, TRACEPARENT),
    'khabar.rejected-input.v1': rejectedInputEvent(raw.id, raw.subject, EVENTS['khabar.rejected-input.v1'].example),
  };
}

function deadLetterHeadersExample(event: CloudEvent): Record<string, string> {
  const origin = { topic: RAW_ARTICLES.name, partition: 7, offset: '4711' };
  return {
    ...encodeEvent(event).headers,
    ce_type: 'news.raw.v9',
    ...toDeadLetterHeaders(reasonExample('unknown-event-type', origin)),
  };
}

function reasonExample(code: string, origin: { topic: string; partition: number; offset: string } | null) {
  const at = EVENTS['news.raw.v1'].example.fetchedAt;
  return {
    code,
    message:
      code === 'too-large'
        ? 'The file is larger than 8 MiB'
        : 'No event of type news.raw.v9 is known to this version of Khabar',
    attempts: 1,
    service: origin ? 'parser' : 'fetcher',
    version: '0.1.0',
    origin,
    firstAt: at,
    lastAt: at,
  };
}
