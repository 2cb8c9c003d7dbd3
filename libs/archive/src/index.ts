export { type ArchivedEvent } from './event-line.ts';
export { type ArchiveFile, listArchive, readArchive } from './read-archive.ts';
export { ArchiveWriter } from './archive-writer.ts';
export { pruneArchive } from './prune-archive.ts';
