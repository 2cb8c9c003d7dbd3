import { KhabarError } from '@khabar/contracts';
import { type Client, DatabaseError } from 'pg';
import { PatientClient } from '../patient-client.ts';
import { NOT_ALLOWED, type OwnedSchema } from './owned-schema.ts';
import { scramVerifier } from './scram-verifier.ts';

/** As whom a service enters the database. */
export interface ServiceRole {
  readonly name: string;
  /** Empty where the server lets it in by other means; then none is set. */
  readonly password: string;
}

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Makes the role where it is missing, with this password.
 * @param owner connected to the database, at `ownerUrl`
 * @throws KhabarError `role-unfit` for a role that owns one of the schemas or may do more than work in a database, `role-refused` where
 *   the owner may not make or change roles and this one is not there with its password
 */
export async function ensureRole(
  owner: Client,
  ownerUrl: string,
  role: ServiceRole,
  schemas: readonly OwnedSchema[],
): Promise<void> {
  const { rows } = await owner.query<{ unfit: boolean }>(
    `SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
         OR EXISTS (SELECT FROM pg_namespace n WHERE n.nspowner = r.oid AND n.nspname = ANY ($2)) AS unfit
       FROM pg_roles r WHERE rolname = $1`,
    [role.name, schemas.map(({ name }) => name)],
  );
  const [found] = rows;
  if (found?.unfit) {
    throw new KhabarError(
      'role-unfit',
      `The role ${role.name} of DATABASE_URL owns a schema of Khabar or may do more than work with rows: name one there that is the service's alone`,
    );
  }
  if (found && role.password === '') return;
  const password = role.password === '' ? '' : ` PASSWORD ${owner.escapeLiteral(scramVerifier(role.password))}`;
  try {
    await owner.query(`${found ? 'ALTER' : 'CREATE'} ROLE ${owner.escapeIdentifier(role.name)} LOGIN${password}`);
  } catch (cause) {
    if (!isOf(cause, NOT_ALLOWED)) throw cause;
    if (found && (await opens(ownerUrl, role))) return; // somebody else looks after the roles of this server
    throw new KhabarError(
      'role-refused',
      `The owner may not ${found ? 'set the password of' : 'make'} the role ${role.name}: have it done by one who may create roles, then run this again`,
      { cause },
    );
  }
}

/** Lets a role enter the database that `owner` is connected to. */
export async function grantEntry(owner: Client, role: ServiceRole): Promise<void> {
  const { rows } = await owner.query<{ database: string; enters: boolean; litters: boolean }>(
    `SELECT current_database() AS database, has_database_privilege($1, current_database(), 'CONNECT') AS enters,
            EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'public' AND has_schema_privilege($1, n.oid, 'CREATE')
                       AND pg_has_role(n.nspowner, 'USAGE')) AS litters`,
    [role.name],
  );
  const { database, enters, litters } = rows[0]!;
  const [db, name] = [database, role.name].map((one) => owner.escapeIdentifier(one));
  if (!enters) await owner.query(`GRANT CONNECT ON DATABASE ${db} TO ${name}`);
  // what a database of before Postgres 15 has brought along
  if (litters) await owner.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
}

/** Lets a role work with the rows of a schema, of tables too that later migrations of this owner make; nothing more. */
export async function grantWork(owner: Client, role: ServiceRole, schema: OwnedSchema): Promise<void> {
  const [name, within, version] = [role.name, schema.name, schema.versionTable].map((one) =>
    owner.escapeIdentifier(one),
  );
  const work = [
    ['SELECT, INSERT, UPDATE, DELETE', 'TABLES'],
    ['USAGE', 'SEQUENCES'],
    ['EXECUTE', 'FUNCTIONS'],
  ] as const;
  const statements = [
    `GRANT USAGE ON SCHEMA ${within} TO ${name}`,
    ...work.flatMap(([rights, kind]) => [
      `GRANT ${rights} ON ALL ${kind} IN SCHEMA ${within} TO ${name}`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA ${within} GRANT ${rights} ON ${kind} TO ${name}`,
    ]),
    `REVOKE INSERT, UPDATE, DELETE ON ${within}.${version} FROM ${name}`,
  ];
  await owner.query(statements.join(';\n')); // the statements of one query are one transaction
}

/** Whether a role's password opens the database. @throws what is no refusal of the role */
async function opens(ownerUrl: string, role: ServiceRole): Promise<boolean> {
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(role.name);
  url.password = encodeURIComponent(role.password);
  const client = new PatientClient({ connectionString: url.href, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (isOf(error, NOT_ALLOWED)) return true; // it is known, and may not enter yet
    if (isOf(error, '28')) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isOf(error: unknown, sqlState: string): boolean {
  return error instanceof DatabaseError && error.code?.startsWith(sqlState) === true;
}
