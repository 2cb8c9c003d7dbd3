import { expect, it } from 'vitest';
import { recordShell } from './recorded-shell.ts';
import { Screen } from './screen.ts';

it('draws each text over the one before, wrapped lines included, and gives the cursor back', () => {
  const shell = recordShell({ terminalColumns: 10 });
  {
    using screen = new Screen(shell);
    screen.show('one\n\u001b[31mtwelve cells\u001b[39m\nthree');
    screen.show('short');
    screen.show('end');
  }
  const moves = [...shell.written.stdout.matchAll(/\u001b\[(\d+)A/g)].map(([, rows]) => Number(rows));
  expect(moves).toEqual([4, 1]);
  expect(shell.written.stdout).toMatch(/^\u001b\[\?25l.*\u001b\[\?25h$/s);
});

it('leaves out what the terminal has no room for', () => {
  const shell = recordShell({ terminalColumns: 80 });
  using screen = new Screen({ ...shell, stdout: Object.assign(shell.stdout, { rows: 5 }) });
  screen.show(Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n'));
  screen.show('next');
  expect(shell.written.stdout).toContain('line 3');
  expect(shell.written.stdout).not.toContain('line 4');
  expect(shell.written.stdout).toContain('\u001b[4A');
});
