import { builtinModules } from 'node:module';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Who may import whom. A project without a tag matches nothing here and so fails (there is no `*` constraint). */
const directions = {
  'type:app': ['type:runtime', 'type:bus', 'type:archive', 'type:postgres', 'type:pure', 'type:contract'],
  'type:runtime': ['type:bus', 'type:contract'],
  'type:bus': ['type:contract'],
  'type:archive': ['type:contract'],
  'type:postgres': ['type:contract'],
  'type:pure': ['type:contract'],
  'type:contract': [],
  'type:testing': [],
  'type:e2e': ['type:testing', 'type:app', 'type:bus', 'type:postgres', 'type:contract'],
  'type:bench': ['type:testing', 'type:app', 'type:runtime', 'type:bus', 'type:postgres', 'type:pure', 'type:contract'],
  'type:tool': ['type:app', 'type:runtime', 'type:bus', 'type:contract'],
};

const NEST = ['@nestjs/*', 'nestjs-pino'];
const OUTSIDE_PURE = [
  ...NEST,
  'kafkajs',
  'pg',
  'typeorm',
  'pino',
  'pino-*',
  'undici',
  'prom-client',
  'chokidar',
  'commander',
];

/** Which npm packages a kind of project may not use. */
const banned = {
  'type:pure': OUTSIDE_PURE,
  'type:contract': OUTSIDE_PURE,
  'type:bus': ['typeorm'],
  'type:archive': OUTSIDE_PURE,
  'type:postgres': OUTSIDE_PURE.filter((name) => name !== 'pg'),
  'type:runtime': ['kafkajs', 'typeorm'],
  'scope:fetcher': ['kafkajs'],
  'scope:store': ['kafkajs'],
  'scope:parser': ['kafkajs', 'typeorm', 'pg'],
  'scope:standalone': ['kafkajs', 'typeorm', '@nestjs/*'],
  'scope:cli': ['kafkajs', 'typeorm', '@nestjs/*'],
};

/**
 * `allow`: imports by relative path that leave the project for a reason. `lateModules`: libraries that may be imported statically although
 * others of the project load them late; tests may do so with all.
 */
function boundaries({ inTests, allow = ['../../../package.json'], lateModules = inTests ? ['@khabar/*'] : [] }) {
  const constraints = Object.entries(directions).map(([sourceTag, allowed]) => ({
    sourceTag,
    onlyDependOnLibsWithTags: inTests ? [...new Set([...allowed, 'type:testing'])] : allowed,
  }));
  for (const [sourceTag, bannedExternalImports] of Object.entries(banned)) {
    constraints.push({ sourceTag, bannedExternalImports });
  }
  return [
    'error',
    {
      allow,
      checkDynamicDependenciesExceptions: lateModules,
      enforceBuildableLibDependency: false,
      banTransitiveDependencies: true,
      depConstraints: constraints,
    },
  ];
}

/** Node's own modules but those that only compute. */
const WORLDLY_MODULES = `^(?!(?:node:)?(?:crypto|buffer|zlib)$)(?:node:.*|(?:${builtinModules.join('|')})(?:/.*)?)$`;

const TESTS = ['**/*.spec.ts', '**/*.contract.ts', '**/*.fixture.ts', 'e2e/**/*.ts', 'bench/**/*.ts'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'data/**', '.nx/**', 'libs/*/fixtures/**'] },
  ...tseslint.configs.strict,
  prettier,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inTests: false }),
      '@typescript-eslint/no-extraneous-class': 'off', // Nest modules are classes without members
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess asks for it after a check of length
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/no-invalid-void-type': 'off', // a handler may return nothing or its outcomes
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Re-export by name.' },
        { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['libs/{contracts,diff,feeds,extraction,parquet}/src/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ regex: WORLDLY_MODULES, message: 'A pure library knows no file, network, clock or process.' }],
        },
      ],
      'no-restricted-globals': ['error', 'fetch', 'process', 'setTimeout', 'setInterval', 'performance', 'globalThis'],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Re-export by name.' },
        { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'A pure library takes the time as an argument.',
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take the time as an argument.' },
      ],
    },
  },
  {
    files: TESTS,
    plugins: { '@nx': nx },
    rules: { '@nx/enforce-module-boundaries': boundaries({ inTests: true }) },
  },
  {
    // It is loaded late itself, by the one command that needs it; apps/cli/src/main.int.spec.ts holds that others go without.
    files: ['apps/cli/src/replay/replay-raw.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries({ inTests: false, lateModules: ['@khabar/extraction'] }) },
  },
  {
    // What is generated from the services, or held against them, needs them, and an app has no other name than its path.
    files: ['tools/generate.ts', 'tools/generate/**/*.ts', 'tools/compose.spec.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries({ inTests: false, allow: ['../apps/**', '../../apps/**'] }) },
  },
  {
    // Benchmarks and chaos run on the Postgres that operators get.
    files: ['bench/**/*.ts', 'e2e/chaos/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries({ inTests: true, allow: ['../apps/**', '../../apps/**'] }) },
  },
  {
    // A benchmark times parts of services and libraries that have no name outside.
    files: ['bench/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inTests: true, allow: ['../../apps/**', '../../libs/**'] }),
    },
  },
  {
    files: ['apps/{cli,standalone}/src/**/*.ts', 'tools/**', '*.ts', 'bench/**', 'e2e/chaos/**', 'docs/**'],
    rules: { 'no-console': 'off' }, // programs whose output is their product
  },
  {
    files: [
      'vitest.config.ts',
      'vitest.cluster.config.ts',
      'plain-reporter.ts',
      'cluster-reporter.ts',
      'global-setup.ts',
      '*.mjs',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
