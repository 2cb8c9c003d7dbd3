import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
export function addSources(program: Command, shell: Shell): void {
  void program;
  void shell;
}
