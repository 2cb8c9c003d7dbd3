import { type BenchRun, type Measured, median } from './bench.ts';

/** Ours and the peer in turn, round after round; the first round warms both up and does not count. Both answer in the row's unit. */
export async function inTurn(
  run: BenchRun,
  rounds: number,
  ours: (round: number) => Promise<number>,
  peers: (round: number) => Promise<number>,
): Promise<Measured> {
  const rates: { ours: number; peer: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    // who begins changes, for whoever comes second finds warmer caches
    const first = round % 2 === 0 ? await ours(round) : await peers(round);
    const second = round % 2 === 0 ? await peers(round) : await ours(round);
    rates.push(round % 2 === 0 ? { ours: first, peer: second } : { ours: second, peer: first });
    run.log(`  round ${round}: ours ${Math.round(rates[round]!.ours)}/s, peer ${Math.round(rates[round]!.peer)}/s`);
  }
  const counted = rates.slice(1);
  return {
    value: median(counted.map((each) => each.ours)),
    peer: median(counted.map((each) => each.peer)),
    ratio: median(counted.map((each) => each.ours / each.peer)),
  };
}
