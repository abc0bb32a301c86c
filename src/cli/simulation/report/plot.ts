/**
 * Plots as inline SVG that fills its box, with all words outside of it as HTML: text keeps its size on a narrow
 * screen. What a point says is its title, which browsers show beside the pointer; no script is needed.
 */
import { Html, html } from '../../../api/pages/html.ts';

export interface Series {
  readonly name: string;
  /** The colour it has in the style: `here`, `there`, `limit`. */
  readonly colour: 'here' | 'there' | 'limit';
  readonly values: readonly number[];
  /** The least and the most over the seeds, where there are several. */
  readonly band?: readonly (readonly [least: number, most: number])[];
}

export interface Days {
  readonly title: string;
  readonly series: readonly Series[];
  /** The day's name by its number from 0. */
  readonly dayName: (day: number) => string;
}

/** Height of the plot's own coordinates; its width is one a day. */
const HEIGHT = 100;

/** Lines by day, each with its band. */
export function dayPlot({ title, series, dayName }: Days): Html {
  const days = series[0]?.values.length ?? 0;
  const top = niceTop(
    Math.max(1, ...series.flatMap(({ values, band = [] }) => [...values, ...band.map(([, most]) => most)])),
  );
  const y = (value: number): string => fixed(HEIGHT - (value / top) * HEIGHT);
  const parts = series.map(({ colour, values, band }) => {
    const area =
      band === undefined
        ? ''
        : `<path class="band ${colour}" d="M${band.map(([least], x) => `${x + 0.5} ${y(least)}`).join('L')}L${band
            .map(([, most], x) => `${x + 0.5} ${y(most)}`)
            .reverse()
            .join('L')}Z"/>`;
    return `${area}<polyline class="${colour}" points="${values.map((value, x) => `${x + 0.5},${y(value)}`).join(' ')}"/>`;
  });
  const hits = Array.from({ length: days }, (_, day) => {
    const said = series.map(({ name, values, band }) => {
      const [least, most] = band?.[day] ?? [];
      const spread = least === undefined || least === most ? '' : ` (${number(least)} to ${number(most ?? least)})`;
      return `${name} ${number(values[day] ?? 0)}${spread}`;
    });
    return html`<rect class="hit" x="${day}" y="0" width="1" height="${HEIGHT}"><title>${`${dayName(day)}: ${said.join(', ')}`}</title></rect>`;
  });
  const svg = new Html(
    `<svg viewBox="0 0 ${Math.max(1, days)} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${
      html`${summaryOf(title, series)}`.text
    }"><path class="grid" d="M0 ${y(top / 2)}H${days}M0 0H${days}"/>${parts.join('')}${hits.map((one) => one.text).join('')}</svg>`,
  );
  return html`<figure>
<figcaption>${title}${series.length > 1 ? legend(series) : ''}</figcaption>
<div class="plot"><div class="scale" aria-hidden="true"><span>${number(top)}</span><span>${number(top / 2)}</span><span>0</span></div>${svg}</div>
<div class="days" aria-hidden="true"><span>${dayName(0)}</span><span>${dayName(Math.floor((days - 1) / 2))}</span><span>${dayName(days - 1)}</span></div>
</figure>`;
}

const legend = (series: readonly Series[]): Html =>
  html`<span class="legend">${series.map(({ name, colour }) => html`<span><i class="${colour}"></i>${name}</span>`)}</span>`;

/** For who cannot see it: the sum, and the highest day. */
const summaryOf = (title: string, series: readonly Series[]): string =>
  `${title}: ${series
    .filter(({ colour }) => colour !== 'limit')
    .map(
      ({ name, values }) =>
        `${name} at most ${number(Math.max(0, ...values))} on day ${values.indexOf(Math.max(0, ...values)) + 1}`,
    )
    .join('; ')}`;

export interface Bar {
  readonly name: string;
  readonly here: number;
  readonly there?: number;
}

/** Bars side by side on one scale, such as those of a funnel. */
export function bars(
  title: string,
  rows: readonly Bar[],
  names: readonly [here: string, there: string | undefined],
  of?: number,
): Html {
  const most = Math.max(1, of ?? 0, ...rows.flatMap(({ here, there = 0 }) => [here, there]));
  const bar = (value: number, colour: 'here' | 'there'): Html => {
    const share = of === undefined || of === 0 ? '' : ` (${number((100 * value) / of)}%)`;
    return html`<span class="bar"><i class="${colour}" style="width:${fixed((100 * value) / most)}%"></i></span><span class="value">${`${number(value)}${share}`}</span>`;
  };
  const [, other] = names;
  const key =
    other === undefined
      ? ''
      : legend([
          { name: names[0], colour: 'here', values: [] },
          { name: other, colour: 'there', values: [] },
        ]);
  return html`<figure><figcaption>${title}${key}</figcaption><dl class="bars">${rows.map(
    ({ name, here, there }) =>
      html`<dt>${name}</dt><dd>${bar(here, 'here')}</dd>${there === undefined ? [] : [html`<dd>${bar(there, 'there')}</dd>`]}`,
  )}</dl></figure>`;
}

/** From the least to the most of a difference, the mean, and where nothing changes; all rows on their own scale. */
export function whisker({ least, most, mean }: { least: number; most: number; mean: number }): Html {
  const reach = Math.max(Math.abs(least), Math.abs(most), 1e-9);
  const x = (value: number): string => fixed(50 + (45 * value) / reach);
  const said = `from ${number(least)} to ${number(most)}, ${number(mean)} in the mean`;
  return new Html(
    `<svg class="whisker" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="${said}"><title>${said}</title><path class="zero" d="M50 0V12"/><path class="span" d="M${x(least)} 6H${x(most)}"/><path class="mean" d="M${x(mean)} 2V10"/></svg>`,
  );
}

/** The least of 1, 2, 5, 10, 20 … that is not below; even, so that its half is a number too. */
function niceTop(value: number): number {
  for (let unit = 1; ; unit *= 10) for (const step of [2, 4, 10]) if (step * unit >= value) return step * unit;
}

const fixed = (n: number): string => String(Math.round(n * 100) / 100);

/** `12`, `3.5`; with thousands apart from 10,000 on, always in English. */
export function number(n: number): string {
  const rounded = Math.round(n * 10) / 10;
  const [whole = '0', part] = String(rounded).split('.');
  const apart = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  return part === undefined ? apart : `${apart}.${part}`;
}
