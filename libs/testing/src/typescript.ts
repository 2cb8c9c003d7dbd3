import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const workspace = join(import.meta.dirname, '../../..');

/**
 * The arguments with which `process.execPath` runs a TypeScript file of the workspace as it stands (type stripping:
 * no decorators), `@khabar/<lib>` imports included, for tests that need a process of their own.
 */
export function nodeArgumentsFor(file: string): string[] {
  const config = JSON.parse(readFileSync(join(workspace, 'tsconfig.base.json'), 'utf8')) as {
    compilerOptions: { paths: Record<string, [string]> };
  };
  const addresses = Object.entries(config.compilerOptions.paths).map(([name, [path]]) => [
    name,
    pathToFileURL(join(workspace, path)).href,
  ]);
  const hook = `import { registerHooks } from 'node:module';
    const addresses = new Map(${JSON.stringify(addresses)});
    registerHooks({ resolve: (name, context, next) => next(addresses.get(name) ?? name, context) });`;
  return ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, file];
}
