import type { TopicDefinition } from '@khabar/contracts';
import type { Subscription } from '../handling.ts';
import type { BusHealth, GroupState, StoredRecord, TopicState } from '../log-state.ts';
import type { ConsumeRequest, Driver, NumberedSender, OutgoingRecord } from '../driver.ts';
import { KafkaAdmin } from './admin.ts';
import type { KafkaSettings } from './client.ts';
import { GroupConsumer } from './group-consumer.ts';
import { KafkaNumberedSender } from './numbered-sender.ts';
import { type ReadOptions, readTopic } from './read-topic.ts';
import { RecordPlacer } from './record-placer.ts';
import { KafkaSender } from './sender.ts';
import { TransactionalCommits } from './transactional-commits.ts';

/** How the driver is opened. */
export interface KafkaDriverSettings extends KafkaSettings {
  /** How long a record waits for others to travel with, in milliseconds. */
  readonly lingerMs: number;
}

/** The driver over Kafka. It connects when it is first asked for something. */
export function openKafkaDriver(settings: KafkaDriverSettings): Driver {
  return new KafkaDriver(settings);
}

class KafkaDriver implements Driver {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  readonly #placer: RecordPlacer;
  readonly #sender: KafkaSender;
  readonly #consumers = new Set<GroupConsumer>();

  constructor(settings: KafkaDriverSettings) {
    this.#settings = settings;
    this.#admin = new KafkaAdmin(settings);
    this.#placer = new RecordPlacer(this.#admin);
    this.#sender = new KafkaSender(settings, this.#placer, settings.lingerMs);
  }

  ensureTopics(topics: readonly TopicDefinition[]): Promise<void> {
    return this.#admin.ensureTopics(topics);
  }

  send(records: readonly OutgoingRecord[]): Promise<void> {
    return this.#sender.send(records);
  }

  numberedSender(name: string): Promise<NumberedSender> {
    return KafkaNumberedSender.open(this.#settings, this.#admin, this.#placer, name);
  }

  partitionCount(topic: string): number | null {
    return this.#placer.partitionCount(topic);
  }

  async consume(request: ConsumeRequest): Promise<Subscription> {
    const { group, topic } = request;
    const newCommits = (partition: number) =>
      request.transactions
        ? new TransactionalCommits(this.#settings, this.#admin, this.#placer, { group, topic: topic.name, partition })
        : null;
    const consumer = await GroupConsumer.join(this.#settings, request, newCommits);
    this.#consumers.add(consumer);
    return { close: () => consumer.close().finally(() => this.#consumers.delete(consumer)) };
  }

  read(topic: string, options: ReadOptions): AsyncIterable<StoredRecord> {
    return readTopic(this.#settings, this.#admin, topic, options);
  }

  topics(names: readonly string[]): Promise<TopicState[]> {
    return this.#admin.topics(names);
  }

  groups(groups: readonly string[], topics: readonly string[]): Promise<GroupState[]> {
    return this.#admin.groups(groups, topics);
  }

  forgetGroup(group: string): Promise<boolean> {
    return this.#admin.deleteGroup(group);
  }

  async erase(): Promise<boolean> {
    return false;
  }

  async health(): Promise<BusHealth> {
    const broken = [...this.#consumers].flatMap(({ trouble }) => trouble ?? []);
    if (broken.length > 0) return { up: false, detail: `Built anew, not consuming: ${broken.join(', ')}` };
    return this.#admin.health();
  }

  async close(): Promise<void> {
    await this.#sender.close();
    await this.#admin.close();
  }
}
