import type { StoredRecord } from '@khabar/bus';
import {
  type CloudEvent,
  articleChangeEvent,
  articleChangeExample,
  articleEvent,
  articleExample,
  encodeEvent,
  rawArticleEvent,
  rawArticleExample,
  toDeadLetterHeaders,
} from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { eventLine, recordAsJson, summarise } from './event-line.ts';
import { recordShell } from './recorded-shell.ts';

function recordOf(event: CloudEvent, more: Partial<StoredRecord> = {}): StoredRecord {
  return {
    topic: event.type,
    partition: 3,
    offset: 41n,
    appendedAt: '2026-03-14T09:30:02.000Z',
    key: event.subject,
    ...encodeEvent(event),
    ...more,
  };
}

const shell = recordShell();

describe('eventLine', () => {
  it('says when, what, whose and the key facts', () => {
    expect(eventLine(shell, recordOf(articleChangeEvent(articleChangeExample)))).toBe(
      `2026-03-14 09:30:02Z  created      ${articleChangeExample.id}  revision 1`,
    );
  });

  it('stays one line whatever a title holds', () => {
    const hostile = { ...articleExample, title: 'Rain\n\u001b[2Jreaches' };
    expect(eventLine(shell, recordOf(articleEvent(hostile, articleExample.rawId)))).toMatch(/en {2}Rain \[2Jreaches$/);
  });
});

describe('summarise', () => {
  it('tells a raw article by its address, status and size', () => {
    expect(summarise(recordOf(rawArticleEvent(rawArticleExample)))).toEqual({
      kind: 'raw',
      id: rawArticleExample.id,
      facts: `${rawArticleExample.url}  200, text/html, ${rawArticleExample.body!.length} characters`,
    });
  });

  it('tells an article by language and title, and one that is gone as such', () => {
    expect(summarise(recordOf(articleEvent(articleExample, articleExample.rawId)))).toMatchObject({
      kind: 'article',
      facts: 'en  Rain reaches the coast',
    });
    const gone = { ...articleExample, gone: true, title: null, body: null };
    expect(summarise(recordOf(articleEvent(gone, articleExample.rawId)))).toMatchObject({ kind: 'gone', facts: 'en' });
  });

  it('tells a revision with its reason and its cluster', () => {
    const change = { ...articleChangeExample, kind: 'revised', reason: 'text', revision: 2 } as const;
    const clusterId = articleExample.id;
    expect(summarise(recordOf(articleChangeEvent({ ...change, clusterId }))).facts).toBe(
      `revision 2  text  cluster ${clusterId}`,
    );
  });

  it('tells a dead letter by why it was given up, whatever its event', () => {
    const event = rawArticleEvent(rawArticleExample);
    const reason = {
      code: 'empty-page',
      message: 'The page has no text',
      attempts: 1,
      service: 'parser',
      version: '0.1.0',
      origin: null,
      firstAt: '2026-03-14T09:30:00.000Z',
      lastAt: '2026-03-14T09:30:00.000Z',
    };
    const headers = { ...encodeEvent(event).headers, ...toDeadLetterHeaders(reason) };
    expect(summarise(recordOf(event, { headers }))).toEqual({
      kind: 'dead-letter',
      id: rawArticleExample.id,
      facts: 'empty-page after 1 in parser: The page has no text',
    });
  });

  it('tells of a record that is no event of ours, and does not stop at it', () => {
    const record = recordOf(rawArticleEvent(rawArticleExample), { headers: {} });
    expect(summarise(record)).toMatchObject({ kind: 'unreadable', id: rawArticleExample.id });
  });
});

describe('recordAsJson', () => {
  it('has the value as JSON', () => {
    expect(recordAsJson(recordOf(articleChangeEvent(articleChangeExample)))).toMatchObject({
      partition: 3,
      offset: '41',
      data: articleChangeExample,
    });
  });

  it('has as base64 what is no JSON, and null where there is none', () => {
    const event = articleChangeEvent(articleChangeExample);
    expect(recordAsJson(recordOf(event, { value: Buffer.from([0xff]) }))).toMatchObject({ dataBase64: '/w==' });
    expect(recordAsJson(recordOf(event, { value: null }))).toMatchObject({ data: null });
  });
});
