import { language, texts } from '../../i18n';
import { formatNumber } from '../../i18n/format';

export interface Share {
  key: string | number;
  name: string;
  value: number;
}

/** Names with their numbers, and a bar for each in proportion to the largest; `nothing` is said if all are 0. */
export function ShareList({ title, shares, nothing }: { title: string; shares: readonly Share[]; nothing?: string }) {
  const largest = Math.max(1, ...shares.map(({ value }) => value));
  return (
    <section class="card">
      <h2>{title}</h2>
      {shares.every(({ value }) => value === 0) && <p class="quiet">{nothing ?? texts.value.nothingCounted}</p>}
      <ul class="shares">
        {shares
          .filter(({ value }) => value > 0)
          .map(({ key, name, value }) => (
            <li key={key} class="share">
              <span class="share-name">{name}</span>
              <span class="share-value">{formatNumber(value, language.value)}</span>
              <svg class="share-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect class="chart-good" width={(value / largest) * 100} height={1} />
              </svg>
            </li>
          ))}
      </ul>
    </section>
  );
}
