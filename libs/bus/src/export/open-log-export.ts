import type { ExportSettings, LogExport } from './log-export.ts';

/** Opens an export; see `LogExport.open`. Both drivers' clients are loaded then and not before. */
export async function openLogExport(settings: ExportSettings): Promise<LogExport> {
  const { LogExport } = await import('./log-export.ts');
  return LogExport.open(settings);
}
