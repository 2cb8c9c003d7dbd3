import { articleId, rawArticleIdOfUrl, sourceId } from '@khabar/contracts';
import { makeArticleEvent } from '../../apps/store/src/articles/event-factory.fixture.ts';
import { saveArticles } from '../../apps/store/src/articles/save-articles.ts';
import { clusterArticles } from '../../apps/store/src/clusters/cluster-articles.ts';
import { keysOf } from '../../apps/store/src/clusters/near-duplicates.ts';
import { shinglesOf } from '../../apps/store/src/clusters/shingles.ts';
import { fingerprint } from '../../libs/extraction/src/fingerprint.ts';
import type { BenchRow, BenchRun } from '../bench.ts';
import { type LabelledText, labelledTexts } from './labelled-texts.ts';
import { ownStore } from './own-store.ts';

const BATCH = 200;
const BAND_BITS = 16n;

/** A labelled text with the cluster that the store put it into; one by itself where there is none. */
interface Clustered extends LabelledText {
  readonly cluster: string;
}

/** Pairs, each counted from both ends. */
interface Score {
  readonly found: number;
  readonly right: number;
  readonly there: number;
}

class Quality {
  readonly texts: readonly Clustered[];

  constructor(texts: readonly Clustered[]) {
    this.texts = texts;
  }

  /** Of pairs in which one text is of those asked for. */
  score(of: (text: LabelledText) => boolean): Score {
    const byCluster = Map.groupBy(this.texts, ({ cluster }) => cluster);
    const byNews = Map.groupBy(this.texts, ({ news }) => news);
    let [found, right, there] = [0, 0, 0];
    for (const text of this.texts.filter(of)) {
      const others = byCluster.get(text.cluster)!.filter((other) => other !== text);
      found += others.length;
      right += others.filter(({ news }) => news === text.news).length;
      there += byNews.get(text.news)!.length - 1;
    }
    return { found, right, there };
  }
}

/** The rows on how well echoes are told from other news. */
export const qualityRows: readonly BenchRow[] = [
  ...(['chosen', 'other'] as const).flatMap((half): BenchRow[] => {
    const pages = half === 'chosen' ? 'half that thresholds were chosen on' : 'other half';
    return [
      {
        what: `pair precision, ${pages}`,
        unit: '',
        peer: '',
        target: 'at least 0.95',
        ok: ({ value }) => value >= 0.95,
        measure: async (run) => ({
          value: precision((await quality(run)).score((text) => text.half === half)),
          peer: null,
        }),
      },
      {
        what: `pair recall, ${pages}`,
        unit: '',
        peer: '',
        target: 'at least 0.90',
        ok: ({ value }) => value >= 0.9,
        measure: async (run) => ({
          value: recall((await quality(run)).score((text) => text.half === half)),
          peer: null,
        }),
      },
    ];
  }),
  {
    what: 'edited texts found by a key',
    unit: '',
    peer: 'by a band of the fingerprint',
    target: 'at least the peer',
    ok: ({ value, peer }) => value >= peer!,
    async measure() {
      const texts = await labelledTexts();
      const originals = new Map(texts.filter(({ made }) => made === 'original').map((text) => [text.news, text.text]));
      const edited = texts.filter(({ made, news }) => made !== 'original' && originals.has(news));
      const share = (signature: (text: string) => readonly unknown[]) =>
        edited.filter(({ news, text }) => {
          const known = new Set(signature(originals.get(news)!));
          return signature(text).some((key) => known.has(key));
        }).length / edited.length;
      return { value: share((text) => keysOf(shinglesOf(text))), peer: share(bands) };
    },
  },
];

function quality(run: BenchRun): Promise<Quality> {
  return run.once('quality', async () => {
    const quality = new Quality(await clustered(run, await labelledTexts()));
    report(run, quality);
    return quality;
  });
}

/** Through the store as it is: saved in batches, looked at in rounds. */
async function clustered(run: BenchRun, texts: readonly LabelledText[]): Promise<Clustered[]> {
  const store = await ownStore(run);
  const now = new Date().toISOString();
  const events = texts.map((text, at) => {
    const canonicalUrl = `https://paper-${at}.example.org/${at}`;
    const rawId = rawArticleIdOfUrl(canonicalUrl);
    const source = sourceId('feed', `https://paper-${at}.example.org/feed`);
    const id = articleId({ canonicalUrl, sourceId: source, externalId: null, rawId });
    return makeArticleEvent({ id, rawId, sourceId: source, canonicalUrl, url: canonicalUrl, body: text.text });
  });
  for (let at = 0; at < events.length; at += BATCH) {
    await saveArticles(store, events.slice(at, at + BATCH), now);
    while ((await clusterArticles(store, BATCH, now)).count > 0) run.signal.throwIfAborted();
  }
  const rows = await store.query<{ id: string; cluster: string }[]>(
    'SELECT id, coalesce(cluster_id, id) AS cluster FROM store.articles',
  );
  const clusterOf = new Map(rows.map(({ id, cluster }) => [id, cluster]));
  return texts.map((text, at) => ({ ...text, cluster: clusterOf.get(events[at]!.data.id)! }));
}

function report(run: BenchRun, quality: Quality): void {
  const line = (name: string, texts: readonly LabelledText[], score: Score) =>
    run.log(
      `  ${name.padEnd(28)} ${String(texts.length).padStart(5)} texts, precision ${precision(score).toFixed(3)}, recall ${recall(score).toFixed(3)}`,
    );
  for (const by of ['language', 'made'] as const) {
    const groups = [...Map.groupBy(quality.texts, (text) => text[by])].sort(([, a], [, b]) => b.length - a.length);
    for (const [name, texts] of groups) {
      line(
        name,
        texts,
        quality.score((text) => text[by] === name),
      );
    }
  }
}

function precision({ found, right }: Score): number {
  return found === 0 ? 1 : right / found;
}

function recall({ there, right }: Score): number {
  return there === 0 ? 1 : right / there;
}

function bands(text: string): string[] {
  const bits = BigInt(`0x${fingerprint(text) ?? '0'}`);
  return [0n, 1n, 2n, 3n].map((band) => `${band} ${(bits >> (band * BAND_BITS)) & 0xffffn}`);
}
