const DAY_MS = 24 * 60 * 60 * 1000;

/** How STORE_RETENTION_BY_SOURCE says one source's days. */
export const SOURCE_DAYS = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}=\d{1,5}$/i;

/** For how long articles are kept since they were last fetched, in days; 0 is for ever. */
export interface RetentionSettings {
  readonly STORE_RETENTION_DAYS: number;
  /** {@link SOURCE_DAYS} of the sources for which it is another time. */
  readonly STORE_RETENTION_BY_SOURCE: readonly string[];
}

/** Articles last fetched before these instants (RFC 3339 UTC) are not kept; `-infinity`, as Postgres says it, where all are. */
export interface RetentionLimits {
  readonly before: string;
  readonly sources: readonly string[];
  /** Of each of {@link sources}. */
  readonly beforeOfSource: readonly string[];
}

/** The limits at an instant; null where everything is kept for ever. Of a source that is named twice the last counts. */
export function retentionLimits(settings: RetentionSettings, now: Date): RetentionLimits | null {
  const limit = (days: number) => (days === 0 ? '-infinity' : new Date(now.getTime() - days * DAY_MS).toISOString());
  const ofSource = new Map(
    settings.STORE_RETENTION_BY_SOURCE.map((text) => text.split('=')).map(([source, days]) => [
      source!.toLowerCase(),
      Number(days),
    ]),
  );
  const { STORE_RETENTION_DAYS: days } = settings;
  if (days === 0 && [...ofSource.values()].every((own) => own === 0)) return null;
  return { before: limit(days), sources: [...ofSource.keys()], beforeOfSource: [...ofSource.values()].map(limit) };
}
