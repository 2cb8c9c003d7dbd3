import { describe, expect, it } from 'vitest';
import { phaseTable, recoveryTable } from './recoveries.ts';

const recoveries = [
  { kind: 'kill -9', target: 'parser-1', recoveredMs: 3_000 },
  { kind: 'kill -9', target: 'parser-2', recoveredMs: 1_000 },
  { kind: 'frozen', target: 'kafka', recoveredMs: null },
] as const;

describe('the summary', () => {
  it('counts the faults by kind and target, with how long recovery took', () => {
    expect(recoveryTable(recoveries)).toEqual([
      'fault            times  median s  longest s',
      '---------------  -----  --------  ---------',
      'frozen: kafka        1         –      never',
      'kill -9: parser      2       3.0        3.0',
      'all                  3       3.0      never',
    ]);
  });

  it('says of each phase how it went', () => {
    const phase = { name: 'plain', recoveries, events: 1_000, seconds: 10, repeats: 4, problems: ['lost'] };
    expect(phaseTable([phase])).toEqual([
      'phase  faults  events  seconds  events/s  repeats       check',
      '-----  ------  ------  -------  --------  -------  ----------',
      'plain       3    1000       10       100        4  1 PROBLEMS',
    ]);
  });
});
