import { KhabarError } from '@khabar/contracts';
import { reasonOf } from './failure.ts';
import { type Shell, secret } from './shell.ts';

/** The services that answer over HTTP. */
export const SERVICES = ['fetcher', 'parser', 'store'] as const;

/** See {@link SERVICES}. */
export type ServiceName = (typeof SERVICES)[number];

const DEFAULT_PORTS: Readonly<Record<ServiceName, number>> = { fetcher: 3001, parser: 3002, store: 3003 };
const TIMEOUT_MS = 30_000;

/** Where a service is: `KHABAR_<SERVICE>_URL`, else this machine at the port that `npm start` gives it. No slash at its end. */
export function serviceUrl(shell: Shell, service: ServiceName): string {
  const name = service.toUpperCase();
  const told = shell.env[`KHABAR_${name}_URL`]?.trim();
  if (!told) return `http://127.0.0.1:${shell.env[`${name}_PORT`]?.trim() || DEFAULT_PORTS[service]}`;
  if (!/^https?:$/.test(URL.parse(told)?.protocol ?? '')) {
    throw new KhabarError('invalid-setting', `KHABAR_${name}_URL must be an http or https address`);
  }
  return told.replace(/\/+$/, '');
}

/** What {@link callService} may be told. */
export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Those that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON, or as it is when `contentType` is given. */
  readonly body?: unknown;
  readonly contentType?: string;
  /** 30,000 ms unless told. */
  readonly timeoutMs?: number;
}

/** An answer with an error status; `code` is that of the problem details. */
export class ServiceProblem extends KhabarError {
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(code, message, { retriable: status === 503 });
    this.status = status;
  }
}

/**
 * Calls a service and returns its answer.
 * @throws ServiceProblem for an error status, KhabarError `service-unreachable` where nothing answers.
 */
export async function callService(
  shell: Shell,
  service: ServiceName,
  path: string,
  options: CallOptions = {},
): Promise<Response> {
  const response = await fetchService(shell, service, path, options);
  if (response.ok) return response;
  throw await toProblem(response, service);
}

/** As {@link callService}, whatever the status. */
export async function fetchService(
  shell: Shell,
  service: ServiceName,
  path: string,
  { method = 'GET', query = {}, body, contentType, timeoutMs = TIMEOUT_MS }: CallOptions = {},
): Promise<Response> {
  const base = serviceUrl(shell, service);
  const address = new URL(`${base}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.set(name, String(value));
  }
  const apiKey = method === 'GET' ? undefined : secret(shell, 'API_KEY');
  const headers = {
    ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
  };
  try {
    return await fetch(address, {
      method,
      headers,
      signal: AbortSignal.any([shell.signal, AbortSignal.timeout(timeoutMs)]),
      ...(body !== undefined && { body: contentType ? (body as RequestInit['body']) : JSON.stringify(body) }),
    });
  } catch (cause) {
    if (shell.signal.aborted) throw cause;
    throw unreachable(service, base, timeoutMs, cause);
  }
}

function unreachable(service: ServiceName, base: string, timeoutMs: number, cause: unknown): KhabarError {
  const setting = `KHABAR_${service.toUpperCase()}_URL`;
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    const message = `The ${service} at ${base} gave no answer within ${timeoutMs / 1000} s`;
    return new KhabarError('service-timeout', message, { retriable: true, cause });
  }
  const reason = reasonOf(cause);
  const message =
    reason === 'ECONNREFUSED'
      ? `Nothing listens at ${base}: is Khabar running? Start it with npm start, or set ${setting}`
      : `The ${service} at ${base} cannot be reached (${reason}): is Khabar running there? Correct ${setting} if not`;
  return new KhabarError('service-unreachable', message, { retriable: true, cause });
}

async function toProblem(response: Response, service: ServiceName): Promise<ServiceProblem> {
  const problem = (await response.json().catch(() => null)) as {
    title?: string;
    detail?: string;
    code?: string;
    errors?: readonly { field: string; message: string }[];
  } | null;
  const faults = problem?.errors?.map(({ field, message }) => `${field} ${message}`).join('; ');
  const said = problem?.detail ?? problem?.title;
  const message = said
    ? `${said}${faults ? `: ${faults}` : ''}`
    : `The ${service} answered ${response.status} ${response.statusText}`;
  const advice = response.status === 401 ? '; set API_KEY in the environment or in .env' : '';
  return new ServiceProblem(problem?.code ?? 'unexpected', message + advice, response.status);
}
