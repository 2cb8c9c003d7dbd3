/** A JSON-LD node: an object of unknown content. */
export type LinkedNode = Readonly<Record<string, unknown>>;

const ARTICLE_TYPES =
  /^(?:(?:\w*News|Report\w*|Opinion\w*|Analysis\w*|Background\w*|Review\w*|Blog|Tech|Advertiser\w*|Satirical|Scholarly|LiveBlog|SocialMedia|Discussion\w*)?(?:Article|Posting)|ReportageNewsArticle|Report|Blog)$/;
const MOST_NODES = 2_000;

/** Every node of a document's JSON-LD, those in `@graph` and below others included. Broken JSON is mended where that is plain, else left out. */
export function linkedNodes(scripts: readonly string[]): LinkedNode[] {
  const nodes: LinkedNode[] = [];
  for (const script of scripts) {
    const queue: unknown[] = [parseLeniently(script)];
    for (let value = queue.shift(); queue.length > 0 || value !== undefined; value = queue.shift()) {
      if (nodes.length >= MOST_NODES) break;
      if (Array.isArray(value)) queue.push(...value.slice(0, MOST_NODES));
      else if (isNode(value)) {
        nodes.push(value);
        for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) queue.push(part);
      }
    }
  }
  return nodes;
}

/** The node that describes the page's article: the article with most to say, of those of an article type. */
export function articleNode(nodes: readonly LinkedNode[]): LinkedNode | null {
  const candidates = nodes.filter((node) => typesOf(node).some((type) => ARTICLE_TYPES.test(type)));
  const weight = (node: LinkedNode) =>
    ['headline', 'datePublished', 'author', 'articleBody', 'mainEntityOfPage', 'publisher'].filter(
      (key) => node[key] != null,
    ).length;
  return candidates.reduce<LinkedNode | null>(
    (best, node) => (best === null || weight(node) > weight(best) ? node : best),
    null,
  );
}

/** The types of a node, without the vocabulary's address. */
export function typesOf(node: LinkedNode): string[] {
  return texts(node['@type']).map((type) => type.replace(/^.*[/:#]/, ''));
}

/** A value as text: itself, or the `name`, `@value` or `url` of a node; of a list each. */
export function texts(value: unknown): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(texts);
  if (isNode(value)) return texts(value['name'] ?? value['@value'] ?? value['url'] ?? value['@id']);
  return [];
}

function isNode(value: unknown): value is LinkedNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseLeniently(script: string): unknown {
  const text = script
    .trim()
    .replace(/^(?:<!--|\/\/\s*<!\[CDATA\[|<!\[CDATA\[)/, '')
    .replace(/(?:-->|\/\/\s*\]\]>|\]\]>)\s*;?$/, '')
    .trim();
  const mended = [
    (json: string) => json,
    // line feeds and tabs within strings, commas before a closing bracket, a semicolon at the end
    (json: string) =>
      json
        .replace(/[\u0000-\u001f]+/g, ' ')
        .replace(/,\s*([}\]])/g, '$1')
        .replace(/;\s*$/, ''),
  ];
  for (const mend of mended) {
    try {
      return JSON.parse(mend(text));
    } catch {
      // the next way of reading it
    }
  }
  return undefined;
}
