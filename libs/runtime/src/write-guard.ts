import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from './common-settings.ts';
import { problem } from './problem-details.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Who may write: see {@link WriteGuard}. */
export interface WritePolicy {
  readonly apiKey: string | null;
  /** The address that the service listens on. */
  readonly host: string;
}

/**
 * Every write needs the API key where there is one. Without one, a write that a web page may have caused is refused: it has an Origin that
 * is not this machine (programs send none), or, on loopback, asks for a Host that is not this machine (DNS rebinding).
 */
@Injectable()
export class WriteGuard implements CanActivate {
  readonly #policy: WritePolicy;

  constructor(policy: WritePolicy) {
    this.#policy = policy;
  }

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (READS.has(request.method)) return true;
    const { apiKey, host } = this.#policy;
    if (apiKey !== null) {
      if (sameSecret(request.headers['x-api-key'], apiKey)) return true;
      throw problem(401, 'api-key-required', "Send the service's API_KEY in the header X-API-Key");
    }
    const foreignHost = isLoopback(host) && !isLoopback(hostName(request.headers.host ?? ''));
    if (foreignHost || isForeignOrigin(request.headers.origin)) {
      throw problem(
        403,
        'foreign-origin',
        'Without an API_KEY this service takes writes from this machine only, and from no foreign web page',
      );
    }
    return true;
  }
}

function sameSecret(given: unknown, expected: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(expected));
}

function hostName(authority: string): string {
  return authority.replace(/:\d+$/, '');
}

function isForeignOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return false;
  try {
    return !isLoopback(new URL(origin).hostname);
  } catch {
    return true;
  }
}
