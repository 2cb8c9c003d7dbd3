import { BaseRpcContext, type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { KhabarError, type TopicDefinition } from '@khabar/contracts';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Bus } from './bus.ts';
import type { Batch, Outcome, Subscription } from './handling.ts';

/** What a {@link BusServer} consumes. */
export interface BusServerOptions {
  readonly group: string;
  readonly topics: readonly TopicDefinition[];
  /** Most batches of a topic that its handler has in hand at once, each of another partition; one of each unless told. */
  readonly batchesAtOnce?: number;
}

/**
 * The bus as a transport of Nest: `@EventPattern('<topic>')` methods get a {@link Batch} as `@Payload()` and answer as a
 * {@link BatchHandler} does. It will not start with a topic unhandled or handled twice, or a handler without topic.
 *
 * Nest's own event servers answer for a handler that failed, or that does not exist, as if it had succeeded; here that would commit
 * lost work. And Nest's own exception filter makes an anonymous object of every error, so the application needs a global one that
 * rethrows outside HTTP: with `code` and `retriable` the delivery rules would be lost.
 */
export class BusServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('khabar-bus');
  override readonly propagatesEventHandlerErrors = true;
  readonly #bus: Bus;
  readonly #options: BusServerOptions;
  #subscriptions: Subscription[] = [];

  constructor(bus: Bus, options: BusServerOptions) {
    super();
    this.#bus = bus;
    this.#options = options;
  }

  /** Joins the group in every topic, then calls back; with the error when it will not start. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    const { group, topics, batchesAtOnce } = this.#options;
    try {
      this.#checkHandlers();
      for (const topic of topics) {
        const handler = this.messageHandlers.get(topic.name)!;
        const handle = (batch: Batch) => this.#call(handler, batch);
        this.#subscriptions.push(await this.#bus.subscribe({ topic, group, handle, batchesAtOnce }));
      }
    } catch (error) {
      await this.close();
      callback(error);
      return;
    }
    callback();
  }

  /** Finishes the batches at hand and leaves the group; the bus stays open. */
  async close(): Promise<void> {
    const subscriptions = this.#subscriptions;
    this.#subscriptions = [];
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
  }

  /** There is nothing to listen to: what happens on the bus goes to its own listener. */
  on(): void {}

  /** The bus. */
  unwrap<T = Bus>(): T {
    return this.#bus as T;
  }

  #checkHandlers(): void {
    const topics = new Set(this.#options.topics.map(({ name }) => name));
    const faults = [...topics]
      .filter((name) => !this.messageHandlers.has(name))
      .map((name) => `no handler for ${name}`);
    for (const [name, handler] of this.messageHandlers) {
      if (!topics.has(name)) faults.push(`a handler for ${name}, which is not consumed`);
      else if (!handler.isEventHandler) faults.push(`@MessagePattern for ${name}, where nobody waits for an answer`);
      else if (handler.next) faults.push(`two handlers for ${name}`);
    }
    if (faults.length > 0) throw new KhabarError('wrong-handlers', `The consumer cannot start: ${faults.join('; ')}`);
  }

  #call(handler: MessageHandler, batch: Batch): Promise<readonly Outcome[] | void> {
    const context = new BaseRpcContext([batch]);
    return new Promise((resolve, reject) => {
      this.runWithProcessingHooks(context, async (end) => {
        try {
          const answer: unknown = await handler(batch, context);
          const outcomes = isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer;
          resolve(outcomes as readonly Outcome[] | void);
        } catch (error) {
          reject(error instanceof Error ? error : hiddenError());
        } finally {
          end();
        }
      });
    });
  }
}

/** No event's fault: to give events up for it would lose them. */
function hiddenError(): KhabarError {
  const message =
    "Nest hid a handler's error: the application has no global exception filter that rethrows outside HTTP";
  return new KhabarError('hidden-error', message, { dependency: true });
}
