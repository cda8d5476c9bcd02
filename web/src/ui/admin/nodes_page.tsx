import { useEffect, useState } from 'preact/hooks';
import type { Cluster, ClusterNode } from '../../api/types';
import { language, texts } from '../../i18n';
import { formatBytes, formatDuration, formatNumber } from '../../i18n/format';
import { epochRanges, ratesBetween, type NodeRates } from '../../model/cluster';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { Page } from '../page';
import { ShareList } from './share_list';

const lookEveryMs = 2_000;

interface Look {
  cluster: Cluster;
  at: number;
  rates: Record<string, NodeRates>;
}

function Figures({ figures }: { figures: [string, string][] }) {
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name} class="figure">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function NodeCard({ node, rates }: { node: ClusterNode; rates: NodeRates | undefined }) {
  const t = texts.value;
  const count = (value: number): string => formatNumber(value, language.value);
  const rate = (value: number | undefined): string => (value === undefined ? '…' : count(Math.round(value)));
  const bytes = (value: number): string => formatBytes(value, language.value);
  return (
    <section class="node" aria-label={node.name}>
      <h2>{node.name}</h2>
      <p class="quiet">
        {t.nodeVersion(node.version)} · {t.nodeUp(formatDuration(node.uptime_seconds * 1000, t))} ·{' '}
        {t.nodePartitions(node.partitions.length)}
        {node.partitions.length > 0 && ` · ${t.nodeEpochs(epochRanges(node.partitions))}`}
      </p>
      <Figures
        figures={[
          [t.nodeConnections, count(node.connections.websocket)],
          [t.nodeSubscriptions, count(node.connections.subscriptions)],
          [t.nodeMessageRate, rate(rates?.messages)],
          [t.nodeDeliveryRate, rate(rates?.deliveries)],
          [t.nodeProcessor, rates === undefined ? '…' : `${count(Math.round(rates.processor * 100))} %`],
          [t.nodeMemory, bytes(node.process.resident_bytes)],
          [t.nodeDescriptors, `${count(node.process.open_descriptors)} / ${count(node.process.most_descriptors)}`],
          [t.nodeOutgoing, bytes(node.connections.outgoing_bytes)],
          [t.nodeOutbox, count(node.outbox.rows)],
          [t.nodeOutboxAge, node.outbox.rows === 0 ? '—' : formatDuration(node.outbox.oldest_age_ms, t)],
          [t.nodeHasher, `${count(node.hasher.busy)} + ${count(node.hasher.waiting)}`],
          [t.nodeHandovers, `${count(node.handovers.taken)} / ${count(node.handovers.lost)}`],
        ]}
      />
      {node.dependencies.length > 0 && (
        <section class="card">
          <h3>{t.nodeDependencies}</h3>
          <ul class="dependencies">
            {node.dependencies.map((each) => (
              <li key={each.name}>
                <span>{each.name}</span>
                <span class={each.up ? 'state state-good' : 'state state-bad'}>{each.up ? t.nodeReached : t.nodeNotReached}</span>
                <span class="quiet">
                  {t.nodeRequests(count(each.ok), count(each.refused + each.timeout + each.lost + each.away + each.busy))}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <ShareList
        title={t.nodeActors}
        nothing={t.nodeIdle}
        shares={Object.entries(node.actors).map(([key, value]) => ({ key, name: t.actorKinds[key] ?? key, value }))}
      />
      <ShareList
        title={t.nodeMailboxes}
        nothing={t.nodeIdle}
        shares={Object.entries(node.mailboxes).map(([key, value]) => ({ key, name: key, value }))}
      />
    </section>
  );
}

/** How the nodes are, looked at again every two seconds while the page is shown; for administrators. */
export function NodesPage({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [look, setLook] = useState<Look | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let before: Look | null = null;
    const again = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        try {
          const cluster = await workspace.api.cluster();
          if (!current) return;
          const at = Date.now();
          before = { cluster, at, rates: before === null ? {} : ratesBetween(before, { cluster, at }) };
          setLook(before);
          setError(null);
        } catch (failure) {
          if (!current) return;
          setError(failure);
        }
      }
      timer = setTimeout(() => void again(), lookEveryMs);
    };
    void again();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [workspace]);
  return (
    <Page title={t.nodes}>
      <FormError error={error} />
      {look === null && error === null && <p role="status">{t.loading}</p>}
      {look?.cluster.nodes.map((node) => <NodeCard key={node.name} node={node} rates={look.rates[node.name]} />)}
    </Page>
  );
}
