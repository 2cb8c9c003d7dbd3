import { KhabarError } from '@khabar/contracts';
import { type ServiceName, fetchService, serviceUrl } from './api.ts';
import { reasonOf } from './failure.ts';
import type { Shell } from './shell.ts';
import { oneLine } from './text-width.ts';

const TIMEOUT_MS = 5_000;

/** How one service is. */
export interface ServiceHealth {
  readonly name: ServiceName;
  readonly url: string;
  /** `foreign`: something answers there that is no service of ours. */
  readonly state: 'ready' | 'not-ready' | 'unreachable' | 'foreign';
  /** What it depends on, as it says itself. */
  readonly dependencies: readonly { readonly name: string; readonly up: boolean; readonly detail: string }[];
  /** In words, where the state is not `ready`; else empty. */
  readonly detail: string;
}

/** Asks a service whether it is ready. */
export async function healthOf(shell: Shell, name: ServiceName): Promise<ServiceHealth> {
  const url = serviceUrl(shell, name);
  let body: unknown;
  try {
    const response = await fetchService(shell, name, '/health/ready', { timeoutMs: TIMEOUT_MS });
    body = await response.json().catch(() => null);
  } catch (error) {
    if (!(error instanceof KhabarError)) throw error;
    return { name, url, state: 'unreachable', dependencies: [], detail: unreachableFor(error) };
  }
  if (!isReadiness(body)) {
    return { name, url, state: 'foreign', dependencies: [], detail: 'what listens there is not Khabar' };
  }
  const dependencies = Object.entries(body.details).map(([dependency, { status, detail = '' }]) => {
    return { name: dependency, up: status === 'up', detail: oneLine(detail) };
  });
  const down = dependencies.filter(({ up }) => !up).map((found) => `${found.name}: ${found.detail || 'down'}`);
  return { name, url, state: body.status === 'ok' ? 'ready' : 'not-ready', dependencies, detail: down.join('; ') };
}

function unreachableFor(error: KhabarError): string {
  const reason = reasonOf(error.cause);
  return reason === 'ECONNREFUSED' ? 'nothing listens there' : reason;
}

/** The body of terminus. */
interface Readiness {
  readonly status: string;
  readonly details: Readonly<Record<string, { readonly status: string; readonly detail?: string }>>;
}

function isReadiness(body: unknown): body is Readiness {
  if (typeof body !== 'object' || body === null || !('status' in body) || !('details' in body)) return false;
  const { details } = body;
  return typeof details === 'object' && details !== null && 'service' in details;
}
