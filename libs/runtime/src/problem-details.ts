import { type Validator, KhabarError, toKhabarError } from '@khabar/contracts';
import { type ArgumentsHost, type ExceptionFilter, Catch, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import type { Logger } from './logger.ts';

/** A problem in the sense of RFC 9457; `code` is ours, of low cardinality. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly code: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** An HTTP error that says what to do: rendered as `application/problem+json`. */
export function problem(
  status: number,
  code: string,
  detail: string,
  errors?: readonly { field: string; message: string }[],
): HttpException {
  return new HttpException({ code, detail, ...(errors && { errors }) }, status);
}

/** A request body that fits its schema. @throws HttpException 400 naming what does not. */
export function readBody<T>(validator: Validator<T>, body: unknown): T {
  try {
    return validator.assert(body);
  } catch (error) {
    throw problem(400, 'invalid-body', toKhabarError(error).message);
  }
}

/**
 * The one mapping from errors to answers. Errors of event handlers go on untouched to the bus, which alone acts on their code and
 * retriability; what we did not foresee answers 500 without its message and is logged with it.
 */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(thrown: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() !== 'http') return throwError(() => thrown);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const found = toProblem(thrown, request.url);
    if (found.status >= 500)
      this.#logger.error({ err: thrown, code: found.code, path: found.instance }, 'request failed');
    if (reply.sent) return undefined;
    const health = healthBody(thrown);
    if (health === undefined) sendProblem(reply, found);
    else reply.code(found.status).send(health);
    return undefined;
  }
}

/** Sends a problem as `application/problem+json`; where waiting may help, it says how long. */
export function sendProblem(reply: FastifyReply, found: ProblemDetails): void {
  if (found.status === 503) reply.header('retry-after', '5');
  reply.code(found.status).type('application/problem+json').send(JSON.stringify(found));
}

// Terminus answers 503 with a body of its own, which dashboards read.
function healthBody(thrown: unknown): unknown {
  if (!(thrown instanceof HttpException) || thrown.getStatus() !== 503) return undefined;
  const body = thrown.getResponse();
  return typeof body === 'object' && 'status' in body && 'details' in body ? body : undefined;
}

/** Any thrown value as a problem of the request whose address is `url`. */
export function toProblem(thrown: unknown, url: string): ProblemDetails {
  const instance = url.split('?', 1)[0]!;
  const of = (status: number, code: string, detail?: string) => ({
    ...{ type: 'about:blank', title: titleOf(status), status, code },
    ...(detail !== undefined && { detail }),
    instance,
  });
  if (thrown instanceof HttpException) {
    const status = thrown.getStatus();
    const body = thrown.getResponse();
    const { code, detail, errors, message } = (typeof body === 'object' ? body : { detail: body }) as Record<
      string,
      unknown
    >;
    const said = detail ?? message;
    return {
      ...of(
        status,
        typeof code === 'string' ? code : slugOf(titleOf(status)),
        typeof said === 'string' ? said : undefined,
      ),
      ...(Array.isArray(errors) && { errors: errors as ProblemDetails['errors'] }),
    };
  }
  const status = fastifyStatus(thrown);
  if (status < 500) return of(status, slugOf(titleOf(status)), (thrown as Error).message);
  const { code, message, dependency, retriable } = toKhabarError(thrown);
  if (code === 'unexpected') return of(500, code);
  if (!(thrown instanceof KhabarError)) return of(503, code, 'A part that this service depends on is away');
  return of(dependency || retriable ? 503 : 422, code, message);
}

function slugOf(title: string): string {
  return title.toLowerCase().replace(/\W+/g, '-');
}

/** Fastify's own errors (body too large, not JSON) carry a status. */
function fastifyStatus(thrown: unknown): number {
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : 500;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

function titleOf(status: number): string {
  return TITLES[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error');
}
