export { eventually, type Patience } from './eventually.ts';
export { freePort } from './free-port.ts';
export {
  startFakeWeb,
  type FakeAnswer,
  type FakeResponse,
  type FakeWeb,
  type RawAnswer,
  type SeenRequest,
} from './fake-web.ts';
export {
  endWithTests,
  isRunning,
  startProcess,
  type ProcessEnd,
  type ProcessOptions,
  type StartedProcess,
} from './process.ts';
export { seededRandom } from './seeded-random.ts';
export { startFarewell } from './farewell.ts';
export { nodeArgumentsFor } from './typescript.ts';
export { createTestDatabase, nameTestRole, type TestDatabase, type TestRole } from './postgres.ts';
export { oneQueryAtATime } from './one-query-at-a-time.ts';
export { describeKafka, startKafka, startOwnKafka, uniqueName } from './kafka.ts';
export { startKafkaCluster, type KafkaCluster, type KafkaClusterOptions, type KafkaNode } from './kafka-cluster.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export { KafkaMissing, type KafkaServer, type OwnKafkaServer } from './kafka-server.ts';
export { kafkaTool } from './kafka-process.ts';
export { PythonMissing, pythonWith } from './python.ts';
