import type { Reporter, TestModule } from 'vitest/node';

/** Sums the cluster's suites up in a table: what passed, how many tests a dying broker disturbed so that they took more tries, how long it took. */
export default class ClusterReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.map((module) => {
      const tests = [...module.children.allTests()];
      const passed = tests.filter((test) => test.ok() && test.result().state === 'passed').length;
      const triedAgain = tests.filter((test) => (test.diagnostic()?.retryCount ?? 0) > 0).length;
      const seconds = (module.diagnostic().duration / 1000).toFixed(0);
      return [module.relativeModuleId, String(tests.length), String(passed), String(triedAgain), seconds];
    });
    const table = [['suite', 'tests', 'passed', 'tried again', 'seconds'], ...rows];
    const widths = table[0]!.map((_, at) => Math.max(...table.map((row) => row[at]!.length)));
    const lines = table.map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
    );
    console.log(['', ...lines, ''].join('\n'));
  }
}
