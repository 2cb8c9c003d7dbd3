import type { Image } from '../block.ts';
import { type Element, absolute, attribute, elementsIn, isTag, pixels, textOf } from './dom.ts';

/** Attributes in which pages keep the address of an image that is loaded when it is scrolled to; `src` is a placeholder then. */
const LAZY = ['data-src', 'data-original', 'data-lazy-src', 'data-url'];
const SOURCE_SETS = ['srcset', 'data-srcset', 'data-lazy-srcset'];

const SMALLEST_PIXELS = 100;

/** So much of a figure is looked at: figures may stand within each other. */
export const MOST_NODES_OF_A_FIGURE = 500;

/** Reads the images of a document, as they come in its order. */
export class FigureReader {
  readonly #base: string | null;
  /** The last image had no address of its own: a `noscript` beside it has it. */
  #isAwaited = false;

  constructor(base: string | null) {
    this.#base = base;
  }

  /** An `img`; null for one without http(s) address, and for counters, icons and portraits of authors. */
  image(element: Element, caption: string | null = null): Image | null {
    const url = this.#addressOf(element);
    this.#isAwaited = url === null;
    if (url === null) return null;
    const width = pixels(element.attribs['width']);
    const height = pixels(element.attribs['height']);
    if ((width !== null && width < SMALLEST_PIXELS) || (height !== null && height < SMALLEST_PIXELS)) return null;
    return { url, width, height, alt: attribute(element, 'alt'), caption };
  }

  /** A `noscript`, which says for readers without scripts what the image before it is. */
  withoutScript(element: Element): Image | null {
    return this.#isAwaited ? this.#firstIn(element, null) : null;
  }

  /** A `figure`: its first image that is one, under its caption. */
  figure(element: Element): Image | null {
    let caption: Element | null = null;
    for (const each of elementsIn(element, MOST_NODES_OF_A_FIGURE)) {
      if (each.name === 'figcaption') caption ??= each;
    }
    return this.#firstIn(element, caption === null ? null : textOf(caption) || null);
  }

  #firstIn(element: Element, caption: string | null): Image | null {
    for (const each of elementsIn(element, MOST_NODES_OF_A_FIGURE)) {
      const image = each.name === 'img' ? this.image(each, caption) : null;
      if (image !== null) return image;
    }
    return null;
  }

  #addressOf(element: Element): string | null {
    const stated = [...LAZY.map((name) => attribute(element, name)), attribute(element, 'src')];
    for (const address of stated) {
      const url = address === null || /^data:/i.test(address) ? null : absolute(address, this.#base);
      if (url !== null) return url;
    }
    const sets = SOURCE_SETS.map((name) => attribute(element, name)).filter((set) => set !== null);
    return absolute(largestOf(sets[0] ?? sourceSetBeside(element)), this.#base);
  }
}

/** In a `picture`, its last `source` is the one that most browsers understand. */
function sourceSetBeside(image: Element): string | null {
  for (let node = image.prev, looked = 0; node !== null && looked < 10; node = node.prev, looked++) {
    if (!isTag(node)) continue;
    if (node.name !== 'source') return null;
    const set = attribute(node, 'srcset') ?? attribute(node, 'data-srcset');
    if (set !== null) return set;
  }
  return null;
}

const LONGEST_SOURCE_SET = 10_000;

/** The candidate of a source set with the largest descriptor (HTML, 4.8.4.2); addresses with commas are cut short and so rarely lead anywhere. */
function largestOf(set: string | null): string | null {
  let best: { address: string; size: number } | null = null;
  for (const candidate of (set ?? '').slice(0, LONGEST_SOURCE_SET).split(/,\s+|,(?=https?:)/)) {
    const [address = '', descriptor = ''] = candidate.trim().split(/\s+/);
    const size = Number.parseFloat(descriptor) || 0;
    if (address !== '' && !/^data:/i.test(address) && (best === null || size > best.size)) best = { address, size };
  }
  return best?.address ?? null;
}
