import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The round of announcements at hand, or the last one: a single row, of which the number never falls. */
@Entity({ name: 'relay_round' })
@Check('relay_round_single_check', 'single')
export class RelayRoundEntity {
  @PrimaryColumn('boolean', { default: true }) single: boolean;
  @Column('bigint') number: string;
  /** What is announced in this round, of the outbox; empty once that is done. */
  @Column('bigint', { array: true }) positions: string[];
}
