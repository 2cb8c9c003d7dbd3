import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

/** A member of a group and the topics that it consumes. */
export interface Member {
  readonly id: string;
  readonly topics: readonly string[];
}

/**
 * Deals each topic's partitions out to the members that consume it, in turn. Where members consume different topics, each of these
 * continues where the last one ended, so that nobody gets the first partition of every topic.
 */
export function assignPartitions(
  members: readonly Member[],
  partitionsOf: (topic: string) => readonly number[],
): Map<string, Record<string, number[]>> {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const assignments = new Map<string, Record<string, number[]>>(sorted.map(({ id }) => [id, {}]));
  let turn = 0;
  for (const topic of [...new Set(sorted.flatMap(({ topics }) => topics))].sort()) {
    const consumers = sorted.filter(({ topics }) => topics.includes(topic));
    for (const partition of partitionsOf(topic)) {
      const { id } = consumers[turn % consumers.length]!;
      turn += 1;
      (assignments.get(id)![topic] ??= []).push(partition);
    }
  }
  return assignments;
}

/**
 * kafkajs's own assigner gives the leader's topics to all members, also to those that do not consume them: a group of one consumer per
 * topic would never read most of them.
 */
export const bySubscription: PartitionAssigner = ({ cluster }) => ({
  name: 'khabar-by-subscription',
  version: 1,
  protocol: ({ topics }) => ({
    name: 'khabar-by-subscription',
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
  }),
  async assign({ members }) {
    const readable = members.map(({ memberId, memberMetadata }) => ({
      id: memberId,
      topics: AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [],
    }));
    await cluster.addMultipleTargetTopics([...new Set(readable.flatMap(({ topics }) => topics))]);
    const partitionsOf = (topic: string) =>
      cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => partitionId)
        .sort((a, b) => a - b);
    return [...assignPartitions(readable, partitionsOf)].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 1, assignment, userData: Buffer.alloc(0) }),
    }));
  },
});
