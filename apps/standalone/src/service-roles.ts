import { createHmac } from 'node:crypto';
import { findOlderSchemas } from '@khabar/embedded-postgres';
import { Client } from 'pg';

const roleOf = (service: string) => `khabar_${service}`;

/** The embedded database as the role of one service. The role's password follows from the owner's, and does not tell it. */
export function serviceUrl(ownerUrl: string, service: string): string {
  const url = new URL(ownerUrl);
  const role = roleOf(service);
  url.username = role;
  url.password = createHmac('sha256', decodeURIComponent(url.password)).update(role).digest('base64url');
  return url.href;
}

/**
 * Whether each of the services has its role, and finds its schema as it needs it, so that all can start. What else is to be prepared (the
 * log, where there was Kafka before) each finds out by itself.
 */
export async function isPrepared(ownerUrl: string, services: readonly string[]): Promise<boolean> {
  const client = new Client({ connectionString: ownerUrl });
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_roles where rolname = any ($1)', [services.map(roleOf)]);
    return rowCount === services.length && (await findOlderSchemas(client)).length === 0;
  } finally {
    await client.end();
  }
}
