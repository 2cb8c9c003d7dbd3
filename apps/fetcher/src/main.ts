import { argv } from 'node:process';

// what is called for is all that is loaded: migrating takes a small part of the program
const { run } = await (argv[2] === 'migrate' ? import('./migrate.ts') : import('./serve.ts'));

await run();
