/** The young part of a service's heap, in MiB a half: of Node's own 64, under a backlog, a hundred megabytes are only ever garbage. */
export const NODE_OPTIONS = '--max-semi-space-size=8';

/**
 * For glibc's allocator, in bytes: what is larger than this is given back to the system when it is freed. By itself glibc keeps blocks of up to 32 MiB
 * once one was freed, and a store, whose arrays for statements are of all sizes, ends with 60 MB between them. One heap for all threads of a
 * process, which hardly meet there, is 10 MB less than one for each. Other systems pass over it.
 */
export const MALLOC = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '1' };
