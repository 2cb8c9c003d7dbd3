import { defineConfig } from 'rolldown';

/** One bundle per program: our own code inside, npm packages outside (they are resolved from node_modules at run time). */
const programs = {
  fetcher: 'apps/fetcher/src/main.ts',
  parser: 'apps/parser/src/main.ts',
  store: 'apps/store/src/main.ts',
  standalone: 'apps/standalone/src/main.ts',
  cli: 'apps/cli/src/main.ts',
  generate: 'tools/generate.ts',
  bench: 'bench/main.ts',
  chaos: 'e2e/chaos/main.ts',
};

// oxc's decorator helpers are not an installed package, so they are bundled with ours.
const ours = /^[./\0]|^@khabar\/|^@oxc-project\//;

// An image holds one program; SERVICE names it.
const wanted = Object.entries(programs).filter(([name]) => !process.env.SERVICE || name === process.env.SERVICE);

export default defineConfig(
  wanted.map(([name, entry]) => ({
    input: { main: entry },
    platform: 'node',
    tsconfig: './tsconfig.base.json',
    // What is imported and not used is left out, and so are the packages that only that needs; but for one that is there for its effect.
    treeshake: { moduleSideEffects: (id) => id === 'reflect-metadata' },
    external: (id) => !ours.test(id) && !id.startsWith(import.meta.dirname),
    output: {
      dir: `dist/${name}`,
      format: 'esm',
      sourcemap: true,
      keepNames: true,
      cleanDir: true,
    },
  })),
);
