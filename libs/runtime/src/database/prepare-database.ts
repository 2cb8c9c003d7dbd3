import { connectTo } from './connect.ts';
import type { OwnedSchema } from './owned-schema.ts';
import { type ServiceRole, ensureRole, grantEntry, grantWork } from './service-role.ts';

/** One at a time in a database: two that change the rights of one table at once would fail. */
const TAKE_TURN = `SELECT pg_advisory_lock(hashtextextended('khabar roles', 0))`;

/** Addresses of one database: as its owner, and as the service that is to work in it. */
export interface DatabaseAddresses {
  readonly owner: string;
  /** Null where the owner works in it itself. */
  readonly service: string | null;
}

/**
 * What a database needs before a service may work in it with a role of its own: its schemas in today's form, the role, and its rights.
 * Running it again changes nothing. Any number may run at once.
 * @returns the role, null where the service's address names none, or the owner
 * @throws KhabarError with `dependency` while Postgres is away, `role-unfit`, `role-refused`, or as {@link OwnedSchema.migrate}
 */
export async function prepareDatabase(
  schemas: readonly OwnedSchema[],
  addresses: DatabaseAddresses,
): Promise<string | null> {
  const owner = await connectTo(addresses.owner, { applicationName: 'khabar migrations', addressee: 'its owner' });
  try {
    for (const schema of schemas) await schema.migrate(addresses.owner);
    const role = roleOf(addresses);
    if (role === null) return null;
    await owner.query(TAKE_TURN);
    await ensureRole(owner, addresses.owner, role, schemas);
    await grantEntry(owner, role);
    for (const schema of schemas) await grantWork(owner, role, schema);
    return role.name;
  } finally {
    await owner.end(); // which gives the turn back
  }
}

function roleOf({ owner, service }: DatabaseAddresses): ServiceRole | null {
  if (service === null) return null;
  const { username, password } = new URL(service);
  if (username === '' || username === new URL(owner).username) return null;
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}
