/**
 * Which of the media types that are offered, best first, a request's `Accept` likes most (RFC 9110, 12.5.1): by the weight of the most
 * special range that names it, then by the order of the offer. The first one without a header; null where none is acceptable.
 */
export function acceptedType<T extends string>(accept: string | undefined, offered: readonly T[]): T | null {
  if (accept === undefined || accept.trim() === '') return offered[0] ?? null;
  const ranges = accept.toLowerCase().split(',').map(rangeOf);
  let best: { readonly type: T; readonly weight: number } | null = null;
  for (const type of offered) {
    const [main] = type.split('/');
    const weight = [type, `${main}/*`, '*/*']
      .map((name) => ranges.find((range) => range.name === name)?.weight)
      .find((found) => found !== undefined);
    if (weight !== undefined && weight > (best?.weight ?? 0)) best = { type, weight };
  }
  return best?.type ?? null;
}

function rangeOf(text: string): { readonly name: string; readonly weight: number } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { name, weight: weight === undefined ? 1 : Math.min(1, Math.max(0, Number(weight) || 0)) };
}
