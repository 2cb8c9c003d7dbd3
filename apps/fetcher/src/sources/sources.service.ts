import { KhabarError, canonicalUrl, sourceId } from '@khabar/contracts';
import { type OpmlFeed, generateOpml, parseOpml } from '@khabar/feeds';
import { CONFIG, problem } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { FetcherConfig } from '../config.ts';
import { Workspace } from '../discovery/workspace.ts';
import { FetcherEvents } from '../events.ts';
import { POLLED_KINDS, askForPoll } from '../scheduling/due-sources.ts';
import { Poller } from '../scheduling/poller.ts';
import { Source } from './source.entity.ts';

/** A source to be. */
export interface NewSource {
  readonly kind: 'feed' | 'folder' | 'file' | 'push';
  /** A feed's URL; a folder's or file's path; a push source's name. */
  readonly address: string;
  readonly title?: string | null;
  readonly language?: string | null;
  readonly siteUrl?: string | null;
  readonly category?: string | null;
  readonly intervalSeconds?: number | null;
}

/** What may be changed of a source; what is absent stays. */
export interface SourceChange {
  readonly title?: string | null;
  readonly language?: string | null;
  readonly category?: string | null;
  readonly paused?: boolean;
  /** Null takes the service's interval. */
  readonly intervalSeconds?: number | null;
}

/** What became of an import. */
export interface ImportReport {
  readonly added: number;
  readonly existing: number;
  readonly failed: readonly { readonly url: string; readonly reason: string }[];
}

const ROWS_AT_ONCE = 1000;

/** Keeps the sources: who adds the same one twice has it once. */
@Injectable()
export class SourcesService implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: FetcherConfig,
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(Workspace) private readonly workspace: Workspace,
    @Inject(Poller) private readonly poller: Poller,
    @Inject(FetcherEvents) private readonly report: FetcherEvents,
  ) {}

  /** Folders that the settings name; one that is not there yet is a failing source until it is. */
  async onApplicationBootstrap(): Promise<void> {
    for (const path of this.config.SEED_FOLDERS) {
      await this.add({ kind: 'folder', address: await this.workspace.addressOf(path) });
    }
  }

  /** Sources in the order of their arrival, behind `after`. */
  async list(
    after: { createdAt: string; id: string } | null,
    limit: number,
  ): Promise<{ sources: Source[]; total: number }> {
    const query = this.database.getRepository(Source).createQueryBuilder('source');
    const total = await query.getCount();
    if (after !== null) query.where('(source.created_at, source.id) > (:createdAt, :id)', after);
    const sources = await query.orderBy('source.createdAt').addOrderBy('source.id').limit(limit).getMany();
    return { sources, total };
  }

  /** @throws HttpException 404. */
  async get(id: string): Promise<Source> {
    const source = await this.database.getRepository(Source).findOneBy({ id });
    if (source === null) throw noSuchSource();
    return source;
  }

  /** Adds a source, due at once; an existing one stays as it is. @throws KhabarError `invalid-url`. */
  async add(wanted: NewSource): Promise<{ source: Source; isNew: boolean }> {
    const row = rowOf(wanted);
    const [id] = await this.#insert([row]);
    const source = await this.get(row.id);
    if (id !== undefined) this.report.sourceAdded(source);
    this.poller.wake();
    return { source, isNew: id !== undefined };
  }

  /** @throws HttpException 404. */
  async change(id: string, change: SourceChange): Promise<Source> {
    const { paused, ...columns } = change;
    const { POLL_INTERVAL } = this.config;
    await this.database.transaction(async (transaction) => {
      const source = await transaction.findOne(Source, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (source === null) throw noSuchSource();
      const now = Date.now();
      Object.assign(source, columns);
      if (paused === true) Object.assign(source, { paused, nextPollAt: null });
      if (paused === false && source.paused) {
        Object.assign(source, { paused, nextPollAt: POLLED_KINDS.includes(source.kind) ? new Date(now) : null });
      }
      // A shorter interval holds from now on, not only behind the poll that the longer one had planned.
      if (change.intervalSeconds !== undefined && source.nextPollAt !== null) {
        const intervalMs = change.intervalSeconds === null ? POLL_INTERVAL : change.intervalSeconds * 1000;
        source.nextPollAt = new Date(Math.min(source.nextPollAt.getTime(), now + intervalMs));
      }
      await transaction.save(source);
    });
    this.poller.wake();
    return this.get(id);
  }

  /** Removes a source and what it announced; a poll under way writes nothing any more. @throws HttpException 404. */
  async remove(id: string): Promise<void> {
    const { affected } = await this.database.getRepository(Source).delete({ id });
    if (affected === 0) throw noSuchSource();
    this.report.sourceRemoved({ id });
  }

  /** Makes a source due at once, behind the poll that may be under way. @throws HttpException 404, 409 for one that is not polled. */
  async askForPoll(id: string): Promise<Source> {
    const isDue = await askForPoll(this.database, id);
    const source = await this.get(id);
    if (!isDue) {
      throw problem(409, 'not-polled', source.paused ? 'The source is paused' : 'A push source is not polled');
    }
    this.poller.wake();
    return source;
  }

  /** Adds the feeds of an OPML document, thousands at once. @throws KhabarError `not-opml`, `malformed-opml`. */
  async import(bytes: Uint8Array, contentType: string | null): Promise<ImportReport> {
    const failed: { url: string; reason: string }[] = [];
    const rows = new Map<string, SourceRow>();
    const { feeds } = parseOpml(bytes, contentType);
    for (const { xmlUrl, htmlUrl, title, language, category } of feeds) {
      try {
        const row = rowOf({ kind: 'feed', address: xmlUrl, title, language, category, siteUrl: htmlUrl });
        if (!rows.has(row.id)) rows.set(row.id, row);
      } catch (error) {
        failed.push({ url: xmlUrl, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    let added = 0;
    const all = [...rows.values()];
    for (let at = 0; at < all.length; at += ROWS_AT_ONCE) {
      added += (await this.#insert(all.slice(at, at + ROWS_AT_ONCE))).length;
    }
    const existing = feeds.length - failed.length - added;
    this.report.sourcesImported(added, existing, failed.length);
    this.poller.wake();
    return { added, existing, failed };
  }

  /** The feeds as OPML, in the order of their arrival. */
  async export(): Promise<string> {
    const feeds: OpmlFeed[] = await this.database.query(
      `SELECT title, address AS "xmlUrl", site_url AS "htmlUrl", language, category
        FROM fetcher.source WHERE kind = 'feed' ORDER BY created_at, id`,
    );
    return generateOpml({ title: 'Khabar sources', feeds });
  }

  /** False where there is none of this id. */
  isPaused(id: string): Promise<boolean> {
    return this.database.getRepository(Source).existsBy({ id, paused: true });
  }

  /** Counts one published push, and makes the source with the first. */
  async countPush(name: string): Promise<void> {
    await this.database.query(
      `INSERT INTO fetcher.source AS known (id, kind, address, fetched_at, published_count) VALUES ($1, 'push', $2, now(), 1)
        ON CONFLICT (id) DO UPDATE SET fetched_at = now(), published_count = known.published_count + 1`,
      [sourceId('push', name), name],
    );
  }

  /** Inserts what is not there yet; resolves with the ids of what was inserted. */
  async #insert(rows: readonly SourceRow[]): Promise<string[]> {
    const inserted: { id: string }[] = await this.database.query(
      `INSERT INTO fetcher.source (id, kind, address, title, language, site_url, category, interval_seconds, next_poll_at)
        SELECT id, kind, address, title, language, site_url, category, interval_seconds, CASE WHEN kind <> 'push' THEN now() END
        FROM jsonb_to_recordset($1) AS row (id uuid, kind text, address text, title text, language text, site_url text,
          category text, interval_seconds integer)
        ON CONFLICT (id) DO NOTHING RETURNING id`,
      [JSON.stringify(rows)],
    );
    return inserted.map(({ id }) => id);
  }
}

interface SourceRow {
  readonly id: string;
  readonly kind: NewSource['kind'];
  readonly address: string;
  readonly title: string | null;
  readonly language: string | null;
  readonly site_url: string | null;
  readonly category: string | null;
  readonly interval_seconds: number | null;
}

function rowOf({ kind, address, title, language, siteUrl, category, intervalSeconds }: NewSource): SourceRow {
  const kept = kind === 'feed' ? feedAddress(address) : address;
  return {
    id: sourceId(kind, kept),
    kind,
    address: kept,
    title: storable(title),
    language: storable(language),
    site_url: storable(siteUrl),
    category: storable(category),
    interval_seconds: intervalSeconds ?? null,
  };
}

/** The URL as it is fetched: with the parameters that canonicalisation drops, for a server may ask for them. @throws KhabarError `invalid-url`. */
function feedAddress(found: string): string {
  const url = canonicalUrl(found) === null ? null : new URL(found.trim());
  if (url === null) throw new KhabarError('invalid-url', 'A feed needs an absolute http or https address');
  if (url.username !== '' || url.password !== '') {
    throw new KhabarError('invalid-url', 'An address with a user name or password is not kept; feeds are read without');
  }
  url.hash = '';
  return url.href;
}

/** Postgres has no NUL in texts, and UTF-8 no half of a surrogate pair. */
function storable(text: string | null | undefined): string | null {
  return text?.replaceAll('\0', '').toWellFormed() || null;
}

function noSuchSource() {
  return problem(404, 'no-such-source', 'There is no source of this id');
}
