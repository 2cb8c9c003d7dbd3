import type { Reporter, TestCase, TestModule, TestRunEndReason, TestSuite, Vitest } from 'vitest/node';

type Part = TestModule | TestSuite | TestCase;

/**
 * Closes a run with the names of what was skipped and why, and then, alone on the last line, with
 * `N passed, N failed, N skipped`: tests, and as failed also what never came to its end (a file that cannot be loaded,
 * a suite whose hooks fail, an error outside of any test).
 */
export default class PlainReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[], reason: TestRunEndReason): void {
    // with a name pattern everything else is skipped, which nobody needs to be told
    const skipped = this.#vitest?.config.testNamePattern ? [] : modules.flatMap(skippedParts);
    const lines = skipped.length === 0 ? [] : ['Skipped:', ...skipped.map((line) => `  ${line}`), ''];
    console.log([...lines, summary(modules, unhandledErrors.length, reason)].join('\n'));
  }
}

function summary(modules: readonly TestModule[], unhandledErrorCount: number, reason: TestRunEndReason): string {
  const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  let broken = unhandledErrorCount;
  for (const module of modules) {
    const parts = [module, ...module.children.allSuites()];
    broken += parts.filter((part) => part.errors().length > 0).length;
    if (module.state() === 'queued') broken += 1;
    for (const test of module.children.allTests()) counts[test.result().state] += 1;
  }
  const failed = counts.failed + counts.pending + broken;
  // a run may also fail before there is any file to blame: its servers do not start, no file fits the filter
  const atLeast = reason === 'passed' ? 0 : 1;
  return `${counts.passed} passed, ${Math.max(failed, atLeast)} failed, ${counts.skipped} skipped`;
}

/** One line for each part of which nothing ran: a whole suite where possible, else a single test. */
function skippedParts(part: Part): string[] {
  if (part.type === 'test') return part.result().state === 'skipped' ? [nameAndReason(part, part)] : [];
  const tests = [...part.children.allTests()];
  const first = tests[0];
  if (part.type === 'suite' && first && tests.every((test) => test.result().state === 'skipped')) {
    return [nameAndReason(part, first)];
  }
  return part.children.array().flatMap(skippedParts);
}

function nameAndReason(part: TestSuite | TestCase, test: TestCase): string {
  return `${part.module.relativeModuleId} > ${part.fullName} (${skipReason(test)})`;
}

function skipReason(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  for (let part: Part = test; ; part = part.parent) {
    const { skipReason: given } = part.meta();
    if (given) return given;
    if (part.type !== 'test' && part.errors().length > 0) return 'a hook of its suite failed';
    if (part.type === 'module') return test.options.mode === 'todo' ? 'still to be written' : 'marked as skipped';
  }
}
