import { freePort } from '@khabar/testing';
import { trace } from '@opentelemetry/api';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { inSpan } from './in-span.ts';
import { startTracing } from './tracing.ts';

test('a collector that is away costs one warning, and the work nothing', async () => {
  const lines: { level: number; msg: string }[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const endpoint = `http://127.0.0.1:${await freePort()}/`;
  const tracing = await startTracing({ service: 'test', endpoint, timeoutMs: 300, logger });
  // more than one request holds
  for (let number = 0; number < 1_200; number += 1) {
    const isRecording = inSpan('work', {}, (span) => span.isRecording() && trace.getActiveSpan() === span);
    expect(isRecording).toBe(true);
  }
  await expect(inSpan('work', {}, () => Promise.reject(new Error('of the work')))).rejects.toThrow('of the work');
  await tracing[Symbol.asyncDispose]();
  const warnings = lines.filter(({ level }) => level >= 40).map(({ msg }) => msg);
  expect(warnings).toEqual([`traces cannot be sent to ${endpoint}v1/traces; they are dropped until it answers`]);
});
