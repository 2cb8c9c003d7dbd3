import type { SourceKind } from '@khabar/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A source as it is kept: what it is, when it is due, who polls it now, what became of the last polls. */
@Entity({ schema: 'fetcher', name: 'source' })
@Index('source_due', ['nextPollAt'], { where: 'next_poll_at IS NOT NULL' })
@Index('source_listed', ['createdAt', 'id'])
export class Source {
  /** Of kind and address; see `sourceId` in the contracts. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: SourceKind;

  /** A feed's URL as given; of a folder or file its path relative to the workspace; of a push source its name. */
  @Column('text')
  address: string;

  /** As given, else as the feed says. */
  @Column('text', { nullable: true })
  title: string | null;

  /** BCP 47, as given. */
  @Column('text', { nullable: true })
  language: string | null;

  /** The site that a feed is the feed of. */
  @Column('text', { name: 'site_url', nullable: true })
  siteUrl: string | null;

  /** Slash-delimited, as in OPML. */
  @Column('text', { nullable: true })
  category: string | null;

  /** Its own interval; null takes the service's. */
  @Column('integer', { name: 'interval_seconds', nullable: true })
  intervalSeconds: number | null;

  @Column('boolean', { default: false })
  paused: boolean;

  /** Null for what is not polled: pushed to, paused, gone. */
  @Column('timestamptz', { name: 'next_poll_at', nullable: true })
  nextPollAt: Date | null;

  /** Someone asked for a poll at this time; a poll that began before does not count as the one asked for. */
  @Column('timestamptz', { name: 'poll_asked_at', nullable: true })
  pollAskedAt: Date | null;

  /** Who polls it now: what a poll leaves behind is written only while this is still its own. */
  @Column('uuid', { name: 'lease_token', nullable: true })
  leaseToken: string | null;

  /** When a lease that nobody renews is free for another. */
  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;

  /** Validators of the last answer whose entries were all published, as the server wrote them. */
  @Column('text', { nullable: true })
  etag: string | null;

  @Column('text', { name: 'last_modified', nullable: true })
  lastModified: string | null;

  /** Where permanent redirects lead; polls go there. */
  @Column('text', { name: 'moved_to', nullable: true })
  movedTo: string | null;

  @Column('timestamptz', { name: 'polled_at', nullable: true })
  polledAt: Date | null;

  /** The last poll that went well. */
  @Column('timestamptz', { name: 'fetched_at', nullable: true })
  fetchedAt: Date | null;

  /** HTTP status of the last poll. */
  @Column('integer', { name: 'last_status', nullable: true })
  lastStatus: number | null;

  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null;

  /** Failures in a row. */
  @Column('integer', { name: 'failures_in_row', default: 0 })
  failuresInRow: number;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode: string | null;

  @Column('text', { name: 'error_message', nullable: true })
  errorMessage: string | null;

  @Column('timestamptz', { name: 'error_at', nullable: true })
  errorAt: Date | null;

  @Column('timestamptz', { name: 'gone_at', nullable: true })
  goneAt: Date | null;

  @Column('integer', { name: 'poll_count', default: 0 })
  pollCount: number;

  /** Polls answered with "not modified". */
  @Column('integer', { name: 'unchanged_count', default: 0 })
  unchangedCount: number;

  @Column('integer', { name: 'failure_count', default: 0 })
  failureCount: number;

  @Column('integer', { name: 'published_count', default: 0 })
  publishedCount: number;

  @Column('integer', { name: 'rejected_count', default: 0 })
  rejectedCount: number;

  /** To the millisecond, as a cursor carries it. */
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;
}
