import json, os, signal, threading
from datetime import datetime

from confluent_kafka import Consumer, KafkaException, TopicPartition

GROUP = os.environ.get("GROUP", "my-newsroom")
TOPIC = os.environ.get("TOPIC", "news.articles.v1")
SINCE = os.environ.get("SINCE")  # such as 2026-03-01T00:00:00Z
OUTPUT = os.environ.get("OUTPUT", "articles.jsonl")

# Here the effect of an event is a line, which also says that it is done; with a database it is a row, and a unique ce_id beside it.
output = open(OUTPUT, "a+b")
output.seek(0)
lines = [line for line in output if line.endswith(b"\n")]
output.truncate(sum(map(len, lines)))  # the last one may have been cut short: its event comes again
done = {json.loads(line)["ce_id"] for line in lines}


def take(message):
    headers = {name: value.decode() for name, value in message.headers() or [] if value is not None}
    if headers.get("ce_type") != "news.articles.v1" or "ce_id" not in headers or message.value() is None:
        return
    if headers["ce_id"] in done:
        return  # it came again
    article = json.loads(message.value())
    output.write(json.dumps({"ce_id": headers["ce_id"], **article}).encode() + b"\n")
    output.flush()
    os.fsync(output.fileno())
    done.add(headers["ce_id"])
    print(article["fetchedAt"], article["title"], flush=True)


def begin(consumer, partitions):
    """Lets the group begin at SINCE, in the partitions where it has never been."""
    assigned = consumer.committed(partitions)
    for partition in assigned if SINCE else []:
        if partition.offset < 0:
            end = consumer.get_watermark_offsets(partition)[1]
            at = int(datetime.fromisoformat(SINCE.replace("Z", "+00:00")).timestamp() * 1000)
            [found] = consumer.offsets_for_times([TopicPartition(TOPIC, partition.partition, at)])
            partition.offset = found.offset if found.offset >= 0 else end
    consumer.assign(assigned)


where = {"bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"), "group.id": GROUP}
how = {"enable.auto.commit": False, "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
consumer = Consumer({**where, **how})
stopping = threading.Event()
for each in (signal.SIGINT, signal.SIGTERM):
    signal.signal(each, lambda *_: stopping.set())
consumer.subscribe([TOPIC], on_assign=begin)
while not stopping.is_set():
    message = consumer.poll(0.5)
    if message is not None and message.error():
        raise KafkaException(message.error())
    if message is not None:
        take(message)
        consumer.commit(message, asynchronous=False)
consumer.close()
