import {
  type CloudEvent,
  KhabarError,
  type RawArticle,
  REJECTED_INPUT_HEAD_BYTES,
  type RejectedInput,
  bodyBytes,
  rawArticleEvent,
  rawEventId,
  rejectedInputEvent,
} from '@khabar/contracts';
import { createHash } from 'node:crypto';
import type { AnnouncedForm } from '../frontier/announced.ts';

/** What a poll found and has to announce: a raw article, or an input that cannot become one. */
export interface Finding extends AnnouncedForm {
  /** Null where only the stamp of a known file changed. */
  readonly announcement: Announcement | null;
}

/** See {@link Finding}. */
export type Announcement =
  | { readonly kind: 'raw'; readonly event: CloudEvent<'news.raw.v1'> }
  | { readonly kind: 'rejected'; readonly event: CloudEvent<'khabar.rejected-input.v1'>; readonly reason: KhabarError };

/** How a discovery ended. */
export type DiscoveryEnd =
  | {
      readonly kind: 'read';
      readonly status: number | null;
      /** The server said that nothing changed. */
      readonly unchanged: boolean;
      /** Validators for the next poll. */
      readonly etag: string | null;
      readonly lastModified: string | null;
      readonly movedTo: string | null;
      /** What the source says of itself. */
      readonly title: string | null;
      readonly siteUrl: string | null;
      /** Files are still being written and were passed over. */
      readonly unsettled: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly status: number | null;
      readonly retryAfterMs: number | null;
      readonly reason: KhabarError;
    }
  | { readonly kind: 'gone'; readonly status: number; readonly reason: KhabarError };

/** Yields what is new in batches of bounded size, each to be announced before the next is asked for. */
export type Discovery = AsyncGenerator<Finding[], DiscoveryEnd>;

/** A raw article to publish. */
export function rawFinding(
  raw: RawArticle,
  { fileStamp = null, holder = null }: Partial<Pick<AnnouncedForm, 'fileStamp' | 'holder'>> = {},
): Finding {
  return {
    id: raw.id,
    contentHash: raw.contentHash,
    fileStamp,
    holder,
    announcement: { kind: 'raw', event: rawArticleEvent(raw) },
  };
}

/** An input to put among the dead letters. */
export function rejectedFinding(form: AnnouncedForm, rejected: RejectedInput, reason: KhabarError): Finding {
  const { fetchedAt } = rejected;
  const event = rejectedInputEvent(rawEventId({ ...form, fetchedAt }), form.id, rejected);
  return { ...form, announcement: { kind: 'rejected', event, reason } };
}

/** The first 64 KiB of an input as its dead letter keeps them. */
export function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, REJECTED_INPUT_HEAD_BYTES)).toString('base64');
}

/** A raw article that is too large for its topic once it is an event, in the form of its rejection. */
export function asTooLarge({ id, contentHash, fileStamp, holder = null }: AnnouncedForm, raw: RawArticle): Finding {
  const bytes = bodyBytes(raw) ?? Buffer.alloc(0);
  return rejectedFinding(
    { id, contentHash, fileStamp, holder },
    {
      sourceId: raw.sourceId,
      url: raw.url,
      path: raw.path ?? null,
      fetchedAt: raw.fetchedAt,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      head: headOf(bytes),
    },
    new KhabarError('too-large', 'As an event the article is larger than its topic allows'),
  );
}
