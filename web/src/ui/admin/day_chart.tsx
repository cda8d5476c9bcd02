import { useState } from 'preact/hooks';
import type { DayFigures } from '../../api/types';
import { language, texts } from '../../i18n';
import { formatDate, formatNumber } from '../../i18n/format';
import { dayByKey, stack, type FigureName } from '../../model/analytics';

export interface Series {
  figure: FigureName;
  name: string;
  /** Which colour: of what is ordinary, or of what went wrong. */
  tone: 'good' | 'bad';
}

interface DayChartProps {
  title: string;
  days: readonly DayFigures[];
  /** Drawn one upon the other, the first one on the ground. */
  series: readonly Series[];
}

function Bars({ days, series, chosen }: Omit<DayChartProps, 'title'> & { chosen: number | null }) {
  const { bars } = stack(days, series.map(({ figure }) => figure));
  return (
    <>
      {chosen !== null && <rect class="chart-chosen" x={chosen} y={0} width={1} height={100} />}
      {bars.map((segments, i) =>
        segments.map(({ from, to }, number) =>
          to > from ? (
            <rect
              key={`${i}-${number}`}
              class={`chart-bar chart-${series[number]?.tone ?? 'good'}`}
              x={i + 0.1}
              y={100 - to * 100}
              width={0.8}
              height={(to - from) * 100}
            />
          ) : null,
        ),
      )}
    </>
  );
}

function Table({ days, series }: Omit<DayChartProps, 'title'>) {
  const t = texts.value;
  return (
    <details class="chart-table">
      <summary>{t.asTable}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.day}</th>
            {series.map(({ figure, name }) => (
              <th key={figure} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map((day) => (
            <tr key={day.day}>
              <th scope="row">{formatDate(day.day, language.value)}</th>
              {series.map(({ figure }) => (
                <td key={figure}>{formatNumber(day[figure], language.value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Bars for each day. The pointer and the arrow keys choose a day, whose numbers stand below. */
export function DayChart({ title, days, series }: DayChartProps) {
  const t = texts.value;
  const [picked, setPicked] = useState<number | null>(null);
  const chosen = picked !== null && picked < days.length ? picked : null;
  const first = days[0];
  const last = days[days.length - 1];
  if (first === undefined || last === undefined) return null;
  const { end } = stack(days, series.map(({ figure }) => figure));
  const numbers = (of: readonly DayFigures[]): string =>
    series
      .map(({ figure, name }) => {
        const sum = of.reduce((total, day) => total + day[figure], 0);
        return series.length === 1 ? formatNumber(sum, language.value) : `${name} ${formatNumber(sum, language.value)}`;
      })
      .join(', ');
  const shown = chosen === null ? undefined : days[chosen];
  const pick = (event: PointerEvent): void => {
    const { left, width } = (event.currentTarget as SVGElement).getBoundingClientRect();
    const at = Math.floor(((event.clientX - left) / width) * days.length);
    setPicked(Math.min(days.length - 1, Math.max(0, at)));
  };
  const move = (event: KeyboardEvent): void => {
    const next = dayByKey(event.key, chosen, days.length);
    if (next === null) return;
    event.preventDefault();
    setPicked(next);
  };
  const from = formatDate(first.day, language.value);
  const to = formatDate(last.day, language.value);
  return (
    <section class="card chart">
      <h2>{title}</h2>
      {series.length > 1 && (
        <ul class="chart-legend">
          {series.map(({ figure, name, tone }) => (
            <li key={figure} class={`chart-key chart-key-${tone}`}>
              {name}
            </li>
          ))}
        </ul>
      )}
      <p class="chart-axis" aria-hidden="true">
        {formatNumber(end, language.value)}
      </p>
      <svg
        class="chart-area"
        viewBox={`0 0 ${days.length} 100`}
        preserveAspectRatio="none"
        role="img"
        tabIndex={0}
        aria-label={`${t.chartSummary(title, numbers(days), from, to)}. ${t.chartKeys}`}
        onPointerMove={pick}
        onPointerDown={pick}
        onPointerLeave={() => setPicked(null)}
        onBlur={() => setPicked(null)}
        onKeyDown={move}
      >
        <Bars days={days} series={series} chosen={chosen} />
      </svg>
      <p class="chart-days" aria-hidden="true">
        <span>{from}</span>
        <span>{to}</span>
      </p>
      <p class="chart-note" role="status">
        {shown !== undefined && `${formatDate(shown.day, language.value)}: ${numbers([shown])}`}
      </p>
      <Table days={days} series={series} />
    </section>
  );
}
