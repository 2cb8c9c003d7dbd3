import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** What became of the oldest changes: a single row, of which no number ever falls. */
@Entity({ name: 'changes_progress' })
@Check('changes_progress_single_check', 'single')
export class ChangesProgressEntity {
  @PrimaryColumn('boolean', { default: true }) single: boolean;
  /** Changes up to this number are not kept any more. */
  @Column('bigint', { name: 'deleted_to' }) deletedTo: string;
  /** Changes up to this number are in `hourly_counts`. */
  @Column('bigint', { name: 'counted_to' }) countedTo: string;
}
