import { type CloudEvent, KhabarError, rawArticleValidator } from '@khabar/contracts';

/** An event of `news.raw.v1` with the place that it had in its topic. */
export interface ArchivedEvent {
  readonly partition: number;
  readonly offset: bigint;
  readonly event: CloudEvent<'news.raw.v1'>;
}

/**
 * One line of an archive: the event in CloudEvents' JSON format (1.0.2), its place as two extension attributes. The offset is text, for
 * a CloudEvents integer has 32 bits.
 */
export function lineOf({ partition, offset, event }: ArchivedEvent): string {
  const { data, ...attributes } = event;
  return `${JSON.stringify({ specversion: '1.0', ...attributes, partition, offset: String(offset), data })}\n`;
}

/** Reads what {@link lineOf} wrote. @throws KhabarError `invalid-archive-line`, or `invalid-event` for data of another form */
export function eventOfLine(line: string): ArchivedEvent {
  const { partition, offset, specversion, data, ...attributes } = fieldsOf(line);
  const { id, type, subject, time } = attributes;
  if (
    specversion !== '1.0' ||
    type !== 'news.raw.v1' ||
    ![id, subject, time].every((text) => typeof text === 'string') ||
    !Number.isInteger(partition) ||
    !/^\d{1,19}$/.test(String(offset))
  ) {
    throw new KhabarError('invalid-archive-line', 'A line of the archive is no event of news.raw.v1');
  }
  const event = { ...attributes, data: rawArticleValidator.assert(data) } as CloudEvent<'news.raw.v1'>;
  return { partition: partition as number, offset: BigInt(String(offset)), event };
}

function fieldsOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new KhabarError('invalid-archive-line', 'A line of the archive is no JSON object');
}
