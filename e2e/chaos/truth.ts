import { seededRandom } from '@khabar/testing';

/** One form of an article, as a reader of the stored article must find it. */
export interface Form {
  readonly title: string;
  /** Paragraphs apart by an empty line. */
  readonly body: string;
}

/** An article of the run, with every form that it had, in order; it must end in the last. */
export interface TrueArticle {
  readonly url: string;
  readonly forms: readonly Form[];
}

/** A feed: its entries are articles of one form, and one more may have nothing to tell it by, which becomes a dead letter. */
export interface TrueFeed {
  readonly path: string;
  readonly articles: readonly TrueArticle[];
  readonly hasNamelessEntry: boolean;
}

/** What is given to Khabar between two faults. */
export interface Piece {
  readonly feeds: readonly TrueFeed[];
  /** Pushed article by article, each in its first form. */
  readonly pushed: readonly TrueArticle[];
  /** Pushed again: articles of an earlier piece in their second form. */
  readonly revised: readonly TrueArticle[];
}

const ENTRIES_PER_FEED = 50;
/** Of all raw articles those that feeds bring; the others are pushed. */
const SHARE_OF_FEEDS = 0.6;
const FEEDS_PER_NAMELESS_ENTRY = 8;
/** After how many pieces an article is pushed in its second form. */
const REVISED_AFTER = 2;

const WORDS =
  `harbour ferry council bridge school market river winter library tram museum farmer engine lantern doctor valley orchard
  island concert teacher railway bakery festival glacier mountain village coast workshop garden tower boat road hospital letter
  opened closed repaired discussed promised delayed finished painted measured counted crossed welcomed planned moved found
  slowly again early together yesterday quietly finally twice nearly always old new wide narrow bright northern southern busy`.split(
    /\s+/,
  );

/**
 * The events of a run in so many pieces: at least `events` raw articles in all, the same ones for the same seed.
 * `origin` is the web server of the feeds, `http://host:port`.
 */
export function writeTruth(events: number, pieces: number, seed: number, origin: string): Piece[] {
  const random = seededRandom(seed);
  const article = (path: string, forms: number): TrueArticle => ({
    url: `${origin}/${path}`,
    forms: Array.from({ length: forms }, (_, form) => writeForm(path, form, random)),
  });
  const feedCount = Math.ceil((events * SHARE_OF_FEEDS) / ENTRIES_PER_FEED);
  const pushedCount = Math.ceil((events - feedCount * ENTRIES_PER_FEED) / 2);
  const feeds = Array.from({ length: Math.max(0, feedCount) }, (_, feed) => ({
    path: `/feed/${feed}`,
    articles: Array.from({ length: ENTRIES_PER_FEED }, (__, entry) => article(`feed-${feed}/report-${entry}`, 1)),
    hasNamelessEntry: feed % FEEDS_PER_NAMELESS_ENTRY === 0,
  }));
  const pushed = Array.from({ length: Math.max(0, pushedCount) }, (_, at) => article(`pushed/report-${at}`, 2));
  const givenPerPiece = Math.max(1, pieces - REVISED_AFTER);
  const partOf = <T>(all: readonly T[], piece: number) =>
    piece < 0 || piece >= givenPerPiece
      ? []
      : all.slice(
          Math.floor((all.length * piece) / givenPerPiece),
          Math.floor((all.length * (piece + 1)) / givenPerPiece),
        );
  return Array.from({ length: givenPerPiece + REVISED_AFTER }, (_, piece) => ({
    feeds: partOf(feeds, piece),
    pushed: partOf(pushed, piece),
    revised: partOf(pushed, piece - REVISED_AFTER),
  }));
}

function writeForm(path: string, form: number, random: () => number): Form {
  const sentence = () => {
    const words = Array.from(
      { length: 8 + Math.floor(random() * 10) },
      () => WORDS[Math.floor(random() * WORDS.length)]!,
    );
    return `${words[0]![0]!.toUpperCase()}${words.join(' ').slice(1)}.`;
  };
  const paragraph = () => Array.from({ length: 3 }, sentence).join(' ');
  const name = path.replaceAll('/', ' ').replaceAll('-', ' ');
  return {
    title: `${sentence().slice(0, -1)} ${name} edition ${form + 1}`,
    body: Array.from({ length: 3 }, paragraph).join('\n\n'),
  };
}
