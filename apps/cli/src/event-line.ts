import type { StoredRecord } from '@khabar/bus';
import {
  type CloudEvent,
  type EventType,
  type RawArticle,
  decodeEvent,
  fromDeadLetterHeaders,
} from '@khabar/contracts';
import { paint, shortTime } from './output.ts';
import type { Shell } from './shell.ts';
import { fitText, oneLine } from './text-width.ts';

/** What a person wants to see of one record. */
export interface EventSummary {
  readonly kind: string;
  readonly id: string;
  readonly facts: string;
}

const KIND_CELLS = 11;

/** One record on one line: time of appending, kind, id, key facts. On a terminal the line is cut to its width. */
export function eventLine(shell: Shell, record: StoredRecord): string {
  const { kind, id, facts } = summarise(record);
  const colours = paint(shell);
  const shown = oneLine(kind).padEnd(KIND_CELLS);
  const before = `${shortTime(record.appendedAt)}  ${shown}  ${oneLine(id)}  `;
  const room = shell.stdout.isTTY ? Math.max(20, (shell.stdout.columns ?? 80) - before.length) : Infinity;
  const painted = { created: colours.green, revised: colours.yellow, withdrawn: colours.red }[kind] ?? colours.cyan;
  const strong = kind === 'dead-letter' || kind === 'unreadable' ? colours.red : painted;
  return `${colours.dim(shortTime(record.appendedAt))}  ${strong(shown)}  ${oneLine(id)}  ${fitText(oneLine(facts), room)}`;
}

/** The kind of event, whose it is, and what is worth a line. A record that is none of ours is told of, never refused. */
export function summarise(record: StoredRecord): EventSummary {
  const reason = fromDeadLetterHeaders(record.headers);
  if (reason !== null) {
    const facts = `${reason.code} after ${reason.attempts} in ${reason.service}: ${reason.message}`;
    return { kind: 'dead-letter', id: record.key ?? '', facts };
  }
  try {
    return summariseEvent(decodeEvent(record.headers, record.value));
  } catch (error) {
    return { kind: 'unreadable', id: record.key ?? '', facts: (error as Error).message };
  }
}

function summariseEvent(event: CloudEvent): EventSummary {
  const id = event.subject;
  if (isOf('news.raw.v1', event)) return { kind: 'raw', id, facts: rawFacts(event.data) };
  if (isOf('news.articles.v1', event)) {
    const { kind, gone, language, title } = event.data;
    return { kind: gone ? 'gone' : kind, id, facts: `${language ?? 'und'}  ${title ?? ''}`.trimEnd() };
  }
  if (isOf('news.changes.v1', event)) {
    const { kind, revision, reason, clusterId } = event.data;
    const facts = [`revision ${revision}`, reason, clusterId && `cluster ${clusterId}`];
    return { kind, id, facts: facts.filter((fact) => fact !== null).join('  ') };
  }
  return { kind: 'rejected', id, facts: event.type };
}

function rawFacts({ url, path, http, mediaType, body, entry }: RawArticle): string {
  const where = url ?? path ?? entry?.guid ?? '';
  const what = body === null ? 'gone' : `${mediaType}, ${body.length.toLocaleString('en')} characters`;
  return `${where}  ${http === null ? '' : `${http.status}, `}${what}`;
}

function isOf<T extends EventType>(type: T, event: CloudEvent): event is CloudEvent<T> {
  return event.type === type;
}

/** A record for programs; its value as JSON where it is JSON, else as base64. */
export function recordAsJson({ offset, value, ...record }: StoredRecord): Record<string, unknown> {
  const { topic, partition, appendedAt, key, headers } = record;
  return { topic, partition, offset: String(offset), appendedAt, key, headers, ...valueAsJson(value) };
}

function valueAsJson(value: Buffer | null): { data: unknown } | { dataBase64: string } {
  if (value === null) return { data: null };
  try {
    return { data: JSON.parse(value.toString('utf8')) };
  } catch {
    return { dataBase64: value.toString('base64') };
  }
}
