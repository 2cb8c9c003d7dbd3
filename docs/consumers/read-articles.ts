import { Kafka } from 'kafkajs';

const brokers = (process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',');
const consumer = new Kafka({ clientId: 'my-newsroom', brokers }).consumer({ groupId: 'my-newsroom' });
const articles = new Map<string, { id: string; fetchedAt: string; title: string | null }>(); // a table of yours

await consumer.connect();
await consumer.subscribe({ topic: 'news.articles.v1', fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message: { headers, value } }) => {
    if (headers?.['ce_type']?.toString() !== 'news.articles.v1' || value === null) return;
    const article = JSON.parse(value.toString()) as { id: string; fetchedAt: string; title: string | null };
    const known = articles.get(article.id);
    if (known && known.fetchedAt > article.fetchedAt) return; // an older form that came late
    articles.set(article.id, article); // the same one twice does no harm
    console.log(article.fetchedAt, article.title);
  },
});
