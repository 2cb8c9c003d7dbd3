import { CONSUMER_GROUPS, RAW_ARTICLES } from '@khabar/contracts';
import { busEvents, createLogger, createMetrics, measureLag } from '@khabar/runtime';
import type { Registry } from 'prom-client';
import { FetcherEvents } from '../../apps/fetcher/src/events.ts';
import { ParserEvents } from '../../apps/parser/src/events.ts';
import { StoreEvents } from '../../apps/store/src/events.ts';

const ABOUT = `# Metrics

Made by \`npm run generate\` from what the services register. Every service has them at \`GET /metrics\` in the Prometheus text format; every
series carries the label \`service\` besides those named here. Rules that alert by them are in
[infra/prometheus/alerts.yml](../../infra/prometheus/alerts.yml).

## Reading the lag

\`khabar_bus_lag_events\`, \`khabar_bus_lag_seconds\` and \`khabar_bus_commit_age_seconds\` are asked of the log when the metrics are read (an
answer serves for 3 seconds), not told by the consumer. So they are true of a consumer that is stuck, paused or idle.

- Lag in seconds is the age of the oldest event that the group has not committed, 0 when there is none. Kafka is asked for it by time: there
  it may be more by a second or a twentieth. An old event that was published late is as old as its record, not as its article.
- The commit age is the time for which nothing was committed in a partition while something waited, 0 when nothing waits. A consumer that is
  behind and works has a large lag and a small commit age; one that is stuck has a commit age that rises.
- Every replica of a service tells the lag of the whole group: take \`max by (topic, partition, group)\`, never a sum over replicas.
- While the log does not answer there are no such series. \`up\` and \`khabar_bus_disturbances_total\` tell of that.`;

interface Section {
  readonly title: string;
  readonly registry: Registry;
}

/** The page of all metrics: name, type, labels and one sentence each, as the services register them. */
export async function metricsPage(): Promise<string> {
  const logger = createLogger({ name: 'generate', level: 'silent', format: 'json' });
  const sections: Section[] = [];
  const section = (title: string, fill: (registry: Registry) => void): void => {
    const registry = createMetrics('generate');
    registry.clear();
    fill(registry);
    sections.push({ title, registry });
  };
  section('The bus, in every service', (registry) => {
    busEvents(registry, logger);
    const consumes = { group: CONSUMER_GROUPS.parser, topics: [RAW_ARTICLES] };
    measureLag(registry, { groups: async () => [] }, consumes);
  });
  section('Fetcher', (registry) => new FetcherEvents(logger, registry));
  section('Parser', (registry) => new ParserEvents(logger, registry));
  section('Store', (registry) => new StoreEvents(logger, registry));
  sections.push({ title: 'The process, in every service', registry: createMetrics('generate') });
  const tables = await Promise.all(sections.map(tableOf));
  return [ABOUT, ...tables].join('\n\n');
}

async function tableOf({ title, registry }: Section): Promise<string> {
  const metrics = await registry.getMetricsAsArray();
  const rows = metrics
    .map(({ name, help, type, ...rest }) => {
      const labels = 'labelNames' in rest ? (rest.labelNames as string[]) : [];
      const cells = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help.replace(/\.$/, '')];
      return `| ${cells.join(' | ')} |`;
    })
    .sort();
  return [`## ${title}`, '', '| name | type | labels | what it says |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}
