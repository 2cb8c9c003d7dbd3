import { columns } from './lines.ts';

/** Signs that end a sentence, in every script, and what may close after them. */
const SENTENCE_END = /[.!?…।॥۔؟。！？｡។။፡።]["'”’»«)）\]】」』›*]*$/u;
const FULL_STOP_END = /(?<!\b\p{L})[.…।॥۔。｡។။።]["'”’»«)）\]】」』›*]*$/u;
const INNER_SENTENCE_END = /[.!?…।॥۔؟]["'”’»)\]]*\s+\S|[。！？｡]["'”’»）」』]*\S/u;

/** Beyond this width a line is a paragraph however it ends. */
const WIDE = 160;

/** Scripts whose sentences end with a space, so that only its length tells a paragraph. */
const STOPLESS = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/gu;
const WIDE_STOPLESS = 60;

/** Whether the text is of a script without full stops. */
export function isStopless(text: string): boolean {
  return (text.slice(0, 200).match(STOPLESS)?.length ?? 0) * 2 > Math.min(text.length, 200);
}

/** Whether the text ends as a sentence does. */
export function endsSentence(text: string): boolean {
  return SENTENCE_END.test(text);
}

/** Whether the line is running text: several sentences, a long one, or one that ends with a full stop. */
export function isProse(text: string): boolean {
  const width = columns(text);
  if (width >= WIDE || (width >= WIDE_STOPLESS && isStopless(text))) return true;
  return (
    (width >= 30 && FULL_STOP_END.test(text)) || (endsSentence(text) && width >= 60 && INNER_SENTENCE_END.test(text))
  );
}

/** Whether the text is of several sentences and ends with a full stop, which no headline does. */
export function endsLikeText(text: string): boolean {
  return FULL_STOP_END.test(text) && INNER_SENTENCE_END.test(text.replace(/(?<=\b\p{L}{1,3})\.\s/gu, ' '));
}

/** Whether the line may be a headline or subhead: short, one phrase, without a full stop. */
export function isHeadline(text: string): boolean {
  return (
    columns(text) <= (isStopless(text) ? WIDE_STOPLESS : 140) &&
    !FULL_STOP_END.test(text) &&
    !/[:：,،、;؛]$/u.test(text) &&
    !INNER_SENTENCE_END.test(text.replace(/\b\p{Lu}\.\s/gu, ' '))
  );
}
