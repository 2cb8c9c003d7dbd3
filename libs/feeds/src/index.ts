export { parseFeed, identityOf, type FeedFormat, type FeedOrigin, type ParsedFeed } from './parse-feed.ts';
export { type FeedHead, type FeedWarning } from './parts.ts';
export { generateOpml, parseOpml, type OpmlFeed, type OpmlList } from './opml.ts';
export { readDate } from './date.ts';
export { generateFeed, type WrittenEntry, type WrittenFeed, type WrittenFormat } from './generate-feed.ts';
