import { createHash } from 'node:crypto';
import { type FeedEntry, canonicalUrl, rawArticleIdOfGuid, rawArticleIdOfUrl } from '@khabar/contracts';
import { identityOf } from '@khabar/feeds';
import type { AnnouncedForm, EntryIdentity } from '../frontier/announced.ts';

/** An entry, and which raw article it is. */
export interface IdentifiedEntry {
  /** `linkShared` says whether its link is another entry's, in this document or in any before it. */
  readonly entry: FeedEntry;
  /** Of the raw article: of the link where that is the entry's own, else of source and guid or title; null where it has nothing. */
  readonly id: string | null;
  /** What to remember it by where the id is of the link; else null. */
  readonly holder: EntryIdentity | null;
}

/** An entry under each id that it might have. */
interface Candidate extends EntryIdentity {
  readonly entry: FeedEntry;
  readonly idOfLink: string | null;
  readonly idOfGuid: string | null;
}

/** Under which ids the entries of a document may have been announced: see {@link identifyEntries}. */
export function idsToLookUp(sourceId: string, entries: readonly FeedEntry[]): string[] {
  const ids = entries.map((entry) => candidateOf(sourceId, entry)).flatMap((of) => [of.idOfLink, of.idOfGuid]);
  return [...new Set(ids)].filter((id) => id !== null);
}

/**
 * Tells which raw article each entry is, so that it stays the same one from poll to poll. A link belongs to the first entry that
 * was announced with it alone, for good; other entries with that link (a live ticker, of which a document shows only the latest)
 * are told apart by guid or title from the first time on, also once they are alone. Of links that nobody has yet, those that
 * several entries of the document share belong to none.
 */
export function identifyEntries(
  sourceId: string,
  entries: readonly FeedEntry[],
  known: ReadonlyMap<string, AnnouncedForm>,
): IdentifiedEntry[] {
  const candidates = entries.map((entry) => candidateOf(sourceId, entry));
  const byLink = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    if (candidate.idOfLink === null) continue;
    const sharing = byLink.get(candidate.idOfLink);
    if (sharing === undefined) byLink.set(candidate.idOfLink, [candidate]);
    else sharing.push(candidate);
  }
  const holders = new Map(
    [...byLink].map(([idOfLink, sharing]) => [idOfLink, holderAmong(sharing, known.get(idOfLink)?.holder, known)]),
  );
  return candidates.map(({ entry, idOfLink, idOfGuid, identity, title }) => {
    if (idOfLink === null) return { entry, id: idOfGuid, holder: null };
    const isOwn = holders.get(idOfLink) === identity;
    return {
      entry: { ...entry, linkShared: !isOwn },
      id: isOwn ? idOfLink : idOfGuid,
      holder: isOwn ? { identity, title } : null,
    };
  });
}

function candidateOf(sourceId: string, entry: FeedEntry): Candidate {
  const identity = identityOf(entry);
  return {
    entry,
    identity: hash(identity),
    title: hash(identityOf({ guid: null, title: entry.title })),
    idOfLink: entry.link === null || canonicalUrl(entry.link) === null ? null : rawArticleIdOfUrl(entry.link),
    idOfGuid: identity === '' ? null : rawArticleIdOfGuid(sourceId, identity),
  };
}

/** The identity of the one of these entries whose link theirs is; null where it is no one's, or that of an entry that is not listed any more. */
function holderAmong(
  sharing: readonly Candidate[],
  remembered: EntryIdentity | null | undefined,
  known: ReadonlyMap<string, AnnouncedForm>,
): string | null {
  // What was announced under its guid stays there, or it would be a second article.
  const free = sharing.filter(({ idOfGuid }) => idOfGuid === null || !known.has(idOfGuid));
  if (!remembered) return sharing.some(({ entry }) => entry.linkShared) ? null : onlyIdentity(free);
  if (sharing.some(({ identity }) => identity === remembered.identity)) return remembered.identity;
  // Some feeds change all their guids: the same title at the same link is the same entry.
  const sameTitle = free.filter(({ title }) => title === remembered.title && title !== NO_TITLE);
  if (sameTitle.length > 0) return onlyIdentity(sameTitle);
  // And where there are no guids the title is all that there is, and may be corrected.
  return isTitleOnly(remembered) ? onlyIdentity(free.filter(isTitleOnly)) : null;
}

function onlyIdentity(candidates: readonly Candidate[]): string | null {
  const identities = new Set(candidates.map(({ identity }) => identity));
  return identities.size === 1 ? candidates[0]!.identity : null;
}

function isTitleOnly({ identity, title }: EntryIdentity): boolean {
  return identity === title;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const NO_TITLE = hash('');
