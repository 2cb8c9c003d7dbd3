import { Client, type ClientConfig, type QueryResult } from 'pg';

type Told = (error: Error | null, result: QueryResult) => void;

/**
 * A client for pools of Postgres connections: what breaks a connection between two queries is told by the next one. A server that ends
 * it within its first answer does so before the pool's user listens, and an error to which nobody listens would end the process.
 */
export class PatientClient extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    this.query = answered(this.query.bind(this));
  }
}

/**
 * Queries whose promises let go of what they brought. The driver's own keep each result in memory until all of the heap is collected, as if
 * it were needed for long, and have the collector copy it twice on the way: of results of 100 KB that is a sixth of the processor time.
 */
function answered(query: Client['query']): Client['query'] {
  const ask = query as (config: unknown, values: unknown, told?: unknown) => unknown;
  return ((config: unknown, values?: unknown, told?: unknown) => {
    const hasItsOwnWay = typeof values === 'function' || told !== undefined || isSubmittable(config);
    if (hasItsOwnWay) return ask(config, values, told);
    return new Promise<QueryResult>((resolve, reject) => {
      const tell: Told = (error, result) => (error ? reject(error) : resolve(result));
      ask(config, values, tell);
    });
  }) as Client['query'];
}

function isSubmittable(config: unknown): boolean {
  return typeof config === 'object' && config !== null && 'submit' in config;
}
