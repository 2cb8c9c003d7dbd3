import packageJson from '../../../package.json' with { type: 'json' };

/** The version of Khabar. Not that of `@khabar/runtime`, which is the same: it would load Nest into every command. */
export const VERSION: string = packageJson.version;
