import { CONSUMER_GROUPS, RAW_ARTICLES } from '@khabar/contracts';
import type { ServiceDefinition } from '@khabar/runtime';
import { Module } from '@nestjs/common';
import { parserSettings } from './config.ts';
import { ParserEvents } from './events.ts';
import { RawArticlesConsumer } from './raw-articles.consumer.ts';

/** The parser: raw articles in, articles out. */
@Module({
  controllers: [RawArticlesConsumer],
  providers: [ParserEvents],
})
export class ParserModule {}

/** How the parser is run. */
export const parserService = {
  name: 'parser',
  module: ParserModule,
  settings: parserSettings,
  consumes: { group: CONSUMER_GROUPS.parser, topics: [RAW_ARTICLES] },
} satisfies ServiceDefinition<typeof parserSettings>;
