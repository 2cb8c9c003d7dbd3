import type { Bus } from '@khabar/bus';
import type { SettledAs } from '@khabar/contracts';
import { canAsk, confirm } from './confirm.ts';
import type { Letter, LetterBox } from './letters.ts';
import { count, paint, writeJson, writeLine } from './output.ts';
import { Progress } from './progress.ts';
import type { Shell } from './shell.ts';
import { oneLine } from './text-width.ts';

/** Letters that are put back and marked together: the markers are written once all of these are durable. */
const BATCH_LETTERS = 200;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Sources and failures that are named; the others are counted. */
const NAMED = 10;

/** How letters are to be settled. */
export interface SettleOptions {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** What is to be settled: how many of which code, and what cannot be. */
interface Plan {
  readonly letters: number;
  readonly codes: Record<string, number>;
  /** Inputs that never became an event, by source: they can be fetched again, not replayed. */
  readonly notReplayable: number;
  readonly sources: Set<string>;
  /** Of the ids that were told, those of no open letter. */
  readonly missing: readonly string[];
}

/**
 * Settles the letters of a box: says what it is about to do, asks, does it in batches. Stopped in the middle and called again it goes on
 * where it was, for what is settled is no longer open. Of the ids that the box
 * was opened for those that are not open are named. The exit code is 1 when there are such, and when some letters stay open.
 */
export async function settleLetters(
  shell: Shell,
  bus: Bus,
  box: LetterBox,
  ids: readonly string[],
  as: SettledAs,
  options: SettleOptions,
): Promise<void> {
  const plan = await makePlan(shell, box, ids, as);
  const { dryRun = false, json = false } = options;
  const isWanted = plan.letters > 0 && !dryRun;
  const asks = isWanted && options.yes !== true && canAsk(shell);
  if (!json) await writeLine(shell, planText(shell, plan, as, dryRun));
  else if (asks) shell.stderr.write(`${planText(shell, plan, as, dryRun)}\n`);
  for (const id of plan.missing)
    shell.stderr.write(`not open: ${id}: there is no such dead letter, or it is settled\n`);
  const agreed = isWanted && (!asks || (await confirm(shell, question(plan, as))));
  const outcome = agreed ? await settleAll(shell, bus, box, as, plan.letters) : { settled: 0, failures: [], failed: 0 };
  const { letters, codes, notReplayable, sources, missing } = plan;
  const isDeclined = isWanted && !agreed;
  if (isDeclined || missing.length > 0 || notReplayable > 0 || outcome.failed > 0) shell.exitCode = 1;
  if (json) {
    const poll = [...sources];
    return writeJson(shell, { as, dryRun, letters, codes, notReplayable, poll, missing, ...outcome });
  }
  if (isDeclined) await writeLine(shell, 'left as they are');
  if (agreed) await writeOutcome(shell, outcome, as);
}

async function makePlan(shell: Shell, box: LetterBox, ids: readonly string[], as: SettledAs): Promise<Plan> {
  const missing = new Set(ids);
  const codes: Record<string, number> = {};
  const sources = new Set<string>();
  let letters = 0;
  let notReplayable = 0;
  for await (const letter of box.read(shell.signal)) {
    missing.delete(letter.id);
    if (!canBeSettled(letter, as)) {
      notReplayable += 1;
      if (letter.sourceId !== null && sources.size < NAMED) sources.add(letter.sourceId);
      continue;
    }
    const code = letter.reason?.code ?? '';
    codes[code] = (codes[code] ?? 0) + 1;
    letters += 1;
  }
  return { letters, codes, notReplayable, sources, missing: [...missing] };
}

function canBeSettled({ reason }: Letter, as: SettledAs): boolean {
  return as === 'discarded' || (reason !== null && reason.origin !== null);
}

function planText(shell: Shell, plan: Plan, as: SettledAs, dryRun: boolean): string {
  const codes = Object.entries(plan.codes).map(
    ([code, number]) => `${number} ${code === '' ? 'without a reason' : code}`,
  );
  const would = dryRun ? 'would be' : 'to be';
  const which = codes.length === 0 ? '' : ` (${codes.join(', ')})`;
  const lines = [`${count(plan.letters, 'dead letter')} ${would} ${as}${which}`];
  if (plan.notReplayable > 0) {
    lines.push(
      `${paint(shell).yellow('not replayable')} ${count(plan.notReplayable, 'input')} that never became an event:\n  fetch again, after what was refused has changed, or discard`,
      ...[...plan.sources].map((source) => `  khabar sources poll ${oneLine(source)}`),
    );
  }
  return lines.join('\n');
}

function question({ letters }: Plan, as: SettledAs): string {
  const them = count(letters, 'dead letter');
  return as === 'replayed' ? `Put ${them} back on the topics that they came from?` : `Discard ${them}?`;
}

interface Failure {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

interface Outcome {
  readonly settled: number;
  readonly failed: number;
  /** The first of them. */
  readonly failures: readonly Failure[];
}

async function settleAll(shell: Shell, bus: Bus, box: LetterBox, as: SettledAs, total: number): Promise<Outcome> {
  const failures: Failure[] = [];
  let settled = 0;
  let failed = 0;
  const settle = async (batch: readonly Letter[]) => {
    const ids = new Map(batch.map(({ record, id }) => [record, id]));
    const unsettled = await bus.settle([...ids.keys()], as);
    failed += unsettled.length;
    settled += batch.length - unsettled.length;
    for (const { letter, error } of unsettled.slice(0, Math.max(0, NAMED - failures.length))) {
      failures.push({ id: ids.get(letter)!, code: error.code, message: error.message });
    }
  };
  try {
    using progress = new Progress(shell, total);
    for await (const batch of batches(box.read(shell.signal), as)) {
      await settle(batch);
      progress.advance(batch.length, batch.at(-1)!.id);
      shell.signal.throwIfAborted();
    }
  } catch (error) {
    shell.stderr.write(`${settled} of ${total} ${as}; the same command goes on from there\n`);
    throw error;
  }
  return { settled, failed, failures };
}

async function* batches(letters: AsyncIterable<Letter>, as: SettledAs): AsyncGenerator<Letter[], void, undefined> {
  let batch: Letter[] = [];
  let bytes = 0;
  for await (const letter of letters) {
    if (!canBeSettled(letter, as)) continue;
    const size = letter.record.value?.length ?? 0;
    if (batch.length === BATCH_LETTERS || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(letter);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function writeOutcome(shell: Shell, { settled, failed, failures }: Outcome, as: SettledAs): Promise<void> {
  const { green, red } = paint(shell);
  await writeLine(shell, `${green(as)} ${count(settled, 'dead letter')}`);
  for (const { id, code, message } of failures) {
    shell.stderr.write(`${red('not settled')} ${id}: ${code}: ${oneLine(message)}\n`);
  }
  if (failed > failures.length) shell.stderr.write(`… and ${failed - failures.length} more\n`);
}
