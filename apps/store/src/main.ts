import { setSourceMapsSupport } from 'node:module';
import { argv } from 'node:process';

// of our own files, before any of them is loaded: Node's flag for it keeps the maps of all packages in memory, too
setSourceMapsSupport(true);

// what is called for is all that is loaded: migrating takes a small part of the program
const { run } = await (argv[2] === 'migrate' ? import('./migrate.ts') : import('./serve.ts'));

await run();
