/** What can be measured of how a page looks and reads. Each function runs in the page and answers what is wrong. */
import type { Page } from 'playwright-core';

/** Things wrong with the page as it stands, each in words; none: it is fine. */
export async function faultsOf(page: Page): Promise<string[]> {
  return [...(await page.evaluate(overflow)), ...(await page.evaluate(contrast)), ...(await page.evaluate(reading))];
}

/** Nothing sticks out to the side, neither of the page nor of a box that hides it. */
function overflow(): string[] {
  const root = document.documentElement;
  const wide = root.scrollWidth - root.clientWidth;
  if (wide <= 1) return [];
  const out = [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
    .slice(0, 3)
    .map((element) => `<${element.tagName.toLowerCase()} class="${element.className}">`);
  return [`the page is ${wide}px too wide: ${out.join(', ')}`];
}

/** WCAG 2.2 1.4.3: text stands out from what is behind it by 4.5, large text by 3. */
function contrast(): string[] {
  type Colour = readonly [number, number, number, number];
  const parse = (text: string): Colour => {
    const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [];
    const [r = 0, g = 0, b = 0, a = 1] = numbers;
    return /^color\(srgb/.test(text) ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top: Colour, under: Colour): Colour => {
    const mix = (n: 0 | 1 | 2): number => top[n] * top[3] + under[n] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const light = ([r, g, b]: Colour): number => {
    const linear = [r, g, b].map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };
  const canvas = (): Colour => {
    const probe = document.createElement('div');
    probe.style.backgroundColor = 'Canvas';
    document.body.append(probe);
    const colour = parse(getComputedStyle(probe).backgroundColor);
    probe.remove();
    return colour;
  };
  const behind = (element: Element): Colour => {
    const layers: Colour[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduceRight((under, layer) => over(layer, under), canvas());
  };
  const faults = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const words = node.textContent?.trim() ?? '';
    const element = node.parentElement;
    if (words === '' || element === null || /^(style|script|title)$/i.test(element.tagName)) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const [one, other] = [light(over(parse(style.color), ground)), light(ground)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5))
      faults.add(
        `"${words.slice(0, 40)}" has a contrast of ${ratio.toFixed(2)} (${style.color} on ${ground.join(' ')})`,
      );
    if (size < 12) faults.add(`"${words.slice(0, 40)}" is ${size}px high`);
  }
  return [...faults];
}

/** What a screen reader needs, and what a person would see broken. */
function reading(): string[] {
  const faults: string[] = [];
  const named = (element: Element): boolean =>
    (element.textContent ?? '').trim() !== '' ||
    element.hasAttribute('aria-label') ||
    element.hasAttribute('title') ||
    element.querySelector('img[alt]:not([alt=""])') !== null;
  if ((document.documentElement.lang ?? '') === '') faults.push('the page has no language');
  if (document.title.trim() === '') faults.push('the page has no title');
  if (document.querySelector('meta[name=viewport]') === null) faults.push('the page has no viewport');
  for (const image of document.images) {
    if (!image.hasAttribute('alt')) faults.push(`an image has no alt: ${image.src.slice(0, 60)}`);
    if (image.complete && image.naturalWidth === 0) faults.push(`an image is broken: ${image.src.slice(0, 60)}`);
  }
  for (const element of document.querySelectorAll('a[href], button, summary, iframe')) {
    if (element.checkVisibility() && !named(element)) faults.push(`a <${element.tagName.toLowerCase()}> says nothing`);
  }
  for (const field of document.querySelectorAll<HTMLInputElement>('input:not([type=hidden]), select, textarea')) {
    if ((field.labels?.length ?? 0) === 0 && !field.hasAttribute('aria-label'))
      faults.push(`a field has no label: ${field.name}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) faults.push(`the id ${id} stands twice`);
  return faults;
}

/** Beside the rules for every page: those of pages of ours, which letters need not keep. */
export async function pageFaults(page: Page): Promise<string[]> {
  const own = await page.evaluate(() => {
    const faults: string[] = [];
    if (document.querySelectorAll('h1').length !== 1) faults.push('the page has not one h1');
    if (document.querySelector('main') === null) faults.push('the page has no main');
    let level = 0;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
      const next = Number(heading.tagName.slice(1));
      if (level > 0 && next > level + 1) faults.push(`a heading jumps from h${level} to h${next}`);
      level = next;
    }
    return faults;
  });
  return [...(await faultsOf(page)), ...own];
}
