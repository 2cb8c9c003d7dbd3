import { hash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';

/** An answer that is text of its own media type; anything else that a handler returns is JSON. */
export class TextAnswer {
  readonly mediaType: string;
  readonly text: string;

  constructor(mediaType: string, text: string) {
    this.mediaType = mediaType;
    this.text = text;
  }
}

/**
 * Conditional GET (RFC 9110, 13.1.2) of what the handlers return: the answer carries a strong ETag, made of its bytes, and who has these
 * bytes is answered 304 without them. Caches may keep an answer and are to ask whether it is still the one.
 */
@Injectable()
export class ConditionalGet implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<Buffer | undefined> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((found: unknown) => {
        const { mediaType, text } = found instanceof TextAnswer ? found : jsonAnswer(found);
        // put into bytes once, to be hashed and sent: text is counted, and put into bytes, for each
        const bytes = Buffer.from(text);
        const tag = entityTag(bytes);
        reply.header('etag', tag).header('cache-control', 'no-cache');
        if (matches(request.headers['if-none-match'], tag)) {
          reply.code(304);
          return undefined;
        }
        reply.type(mediaType);
        return bytes;
      }),
    );
  }
}

function jsonAnswer(found: unknown): TextAnswer {
  return new TextAnswer('application/json; charset=utf-8', JSON.stringify(found));
}

/** A strong entity tag (RFC 9110, 8.8.3): equal bytes have equal tags, and others do not. */
export function entityTag(bytes: Buffer): string {
  return `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`;
}

/** Whether an `If-None-Match` names the tag, by the weak comparison: a proxy that compresses makes a tag weak. */
export function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return (ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((named) => named.replace(/^W\//, '') === tag);
}
