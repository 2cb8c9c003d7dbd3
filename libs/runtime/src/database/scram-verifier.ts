import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** As many as Postgres makes by itself (`scram_iterations`). */
const ITERATIONS = 4096;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/**
 * What Postgres keeps of a password (RFC 5803). Given in its place, the password itself is never sent, and no server log can hold it.
 * @param password of printable ASCII, which SASLprep (RFC 4013) leaves as it is
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const keyed = (what: string) => createHmac('sha256', salted).update(what).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const serverKey = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
