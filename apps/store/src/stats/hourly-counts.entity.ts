import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Changes of one hour, counted by source and language of the article as it stood when they were counted. */
@Entity({ name: 'hourly_counts' })
export class HourlyCountsEntity {
  /** The hour in which they were stored. */
  @PrimaryColumn('timestamp with time zone', { precision: 0 }) hour: Date;
  @PrimaryColumn('uuid', { name: 'source_id' }) sourceId: string;
  /** BCP 47; empty where it is not known. */
  @PrimaryColumn('text') language: string;
  @Column('integer', { default: 0 }) created: number;
  @Column('integer', { default: 0 }) revised: number;
  @Column('integer', { default: 0 }) withdrawn: number;
  /** Articles that could not be stored. */
  @Column('integer', { default: 0 }) refused: number;
  /** How many new articles took how long from publication to the first fetch: one count for each of the classes of `delays.ts`. */
  @Column('integer', { name: 'fetch_delays', array: true, default: '{}' }) fetchDelays: number[];
  /** As before, from the first fetch to the store. */
  @Column('integer', { name: 'store_delays', array: true, default: '{}' }) storeDelays: number[];
}
