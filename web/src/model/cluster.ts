import type { Cluster, ClusterNode } from '../api/types';

/** What a node does in a second. */
export interface NodeRates {
  messages: number;
  deliveries: number;
  /** Of one core. */
  processor: number;
}

export interface Look {
  cluster: Cluster;
  /** Milliseconds. */
  at: number;
}

/** Rates by the name of the node. A node that is new, or began anew, has none. */
export function ratesBetween(before: Look, after: Look): Record<string, NodeRates> {
  const seconds = (after.at - before.at) / 1000;
  const rates: Record<string, NodeRates> = {};
  if (seconds <= 0) return rates;
  for (const node of after.cluster.nodes) {
    const old = before.cluster.nodes.find(({ name }) => name === node.name);
    if (old === undefined || old.uptime_seconds > node.uptime_seconds) continue;
    const rise = (figure: (each: ClusterNode) => number): number => Math.max(0, figure(node) - figure(old)) / seconds;
    rates[node.name] = {
      messages: rise((each) => each.totals.messages_committed),
      deliveries: rise((each) => each.totals.deliveries),
      processor: rise((each) => each.process.cpu_seconds),
    };
  }
  return rates;
}

/** The epochs of partitions, such as `3` or `3–5`. */
export function epochRanges(partitions: readonly { epoch: number }[]): string {
  const epochs = partitions.map(({ epoch }) => epoch);
  const [least, most] = [Math.min(...epochs), Math.max(...epochs)];
  return least === most ? String(least) : `${least}–${most}`;
}
