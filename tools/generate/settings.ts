import { type Setting, type Settings, migrateSettings, optionalText, text } from '@khabar/runtime';
import { fetcherSettings } from '../../apps/fetcher/src/config.ts';
import { parserSettings } from '../../apps/parser/src/config.ts';
import { standaloneSettings } from '../../apps/standalone/src/config.ts';
import { storeSettings } from '../../apps/store/src/config.ts';

const services: readonly Settings[] = [fetcherSettings, parserSettings, storeSettings];

/** A group of settings under one heading; a setting may stand in several with another meaning. */
interface Section {
  readonly title: string;
  readonly about: string;
  readonly settings: Settings;
}

/** What the command line program reads besides the settings of `npm start` and of the services. */
const commandLineSettings: Settings = {
  KHABAR_FETCHER_URL: text({ default: 'http://127.0.0.1:3001', description: 'Where `khabar` finds the fetcher.' }),
  KHABAR_PARSER_URL: text({ default: 'http://127.0.0.1:3002', description: 'Where `khabar` finds the parser.' }),
  KHABAR_STORE_URL: text({ default: 'http://127.0.0.1:3003', description: 'Where `khabar` finds the store.' }),
  NO_COLOR: optionalText({ description: 'Set to anything, it takes the colours out of what is printed.' }),
};

function sections(): readonly Section[] {
  const [first, ...others] = services;
  const common = Object.keys(first!).filter((key) => others.every((settings) => key in settings));
  const ownOf = (settings: Settings) => pick(settings, (key) => !common.includes(key));
  return [
    {
      title: 'Every service',
      about: 'Fetcher, parser and store each read these.',
      settings: pick(first!, (key) => common.includes(key)),
    },
    { title: 'Fetcher', about: 'Besides those of every service.', settings: ownOf(fetcherSettings) },
    { title: 'Parser', about: 'Besides those of every service.', settings: ownOf(parserSettings) },
    { title: 'Store', about: 'Besides those of every service.', settings: ownOf(storeSettings) },
    {
      title: 'migrate',
      about:
        'A service called with the argument `migrate` prepares the database for itself and ends ([database.md](database.md)). It reads DATABASE_URL, KAFKA_BROKERS, LOG_LEVEL and LOG_FORMAT as the service does, and this:',
      settings: pick(migrateSettings, (key) => key === 'DATABASE_OWNER_URL'),
    },
    {
      title: 'npm start',
      about:
        'The one process that starts Postgres and the three services. It hands its environment on to the services, so theirs may be set here too; their ports and addresses it sets itself.',
      settings: standaloneSettings,
    },
    {
      title: 'Command line',
      about:
        '`khabar` also reads API_KEY, KAFKA_BROKERS, DATABASE_URL, KHABAR_DATA, ARTICLE_HTML, RAW_ARCHIVE and those of the topics (TOPIC_PARTITIONS to RAW_DEAD_LETTER_MAX_BYTES), with the meaning they have above: `khabar doctor` compares topics with them, and what publishes keeps to their limits. Give it what the services have.',
      settings: commandLineSettings,
    },
  ];
}

function pick(settings: Settings, wanted: (key: string) => boolean): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => wanted(key)));
}

/** Of a port that each service has another of, all. */
function defaultsOf(key: string, setting: Setting<unknown>, title: string): string[] {
  if (title !== 'Every service') return [setting.fallbackText];
  return [...new Set(services.map((settings) => settings[key]!.fallbackText))];
}

/** `docs/operators/settings.md`. */
export function settingsPage(): string {
  const tables = sections().map(({ title, about, settings }) => {
    const rows = Object.entries(settings).map(([key, setting]) => {
      const defaults = defaultsOf(key, setting, title).filter((shown) => shown !== '');
      const shown = setting.fallback === null ? 'required' : defaults.map((one) => `\`${one}\``).join(', ');
      const secret = setting.secret ? ` A secret: \`${key}_FILE\` may name a file that holds it.` : '';
      return `| \`${key}\` | ${shown} | ${cell(setting.expectation)} | ${cell(setting.description)}${secret} |`;
    });
    return `## ${title}

${about}

| setting | default | what it is | |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
  });
  return `<!-- Made from the settings of apps/*/src/config.ts by npm run generate. -->

# Settings

They come from the environment and, where it does not say, from a file \`.env\` in the folder in which the program starts (\`cp .env.example .env\`). An empty variable counts as unset. They are read once, at
start; every mistake is named at once, with the setting and what was expected, and never with the value.

${tables.join('\n')}`;
}

function cell(words: string): string {
  return words.replaceAll('|', '\\|');
}

/** `.env.example`: every setting once, with its default, switched off. */
export function envExample(): string {
  const seen = new Set<string>();
  const parts = sections().map(({ title, settings }) => {
    const lines = Object.entries(settings)
      .filter(([key]) => !seen.has(key))
      .map(([key, setting]) => {
        seen.add(key);
        const [shown, ...more] = defaultsOf(key, setting, title);
        const others = more.length > 0 ? ` (by service: ${[shown, ...more].join(', ')})` : '';
        return `# ${setting.description}${others}\n#${key}=${shown}\n`;
      });
    return `# --- ${title} ---\n\n${lines.join('\n')}`;
  });
  return `# Made by npm run generate. Copy to .env and take the # off what you set; docs/operators/settings.md says more.\n\n${parts.join('\n')}`;
}
