/** What the code of a currency says about its money. */

/** Hundredths that the store keeps of an amount; of currencies with thousandths they are the finest kept. */
const KEPT_DECIMALS = 2;

/** Decimals of a currency by ISO 4217, at most those that are kept; 2 for codes that ISO does not know. */
function decimalsOf(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return Math.min(KEPT_DECIMALS, format.resolvedOptions().maximumFractionDigits ?? KEPT_DECIMALS);
}

/** How many hundredths the smallest amount is that the currency has and the store keeps: 100 for JPY, 1 for EUR. */
export const minorStep = (currency: string): number => 10 ** (KEPT_DECIMALS - decimalsOf(currency));

/** An amount in hundredths, to the smallest unit of its currency that is kept. */
export function centsOf(amount: number, currency: string): number {
  const step = minorStep(currency);
  return Math.round((amount * 100) / step) * step;
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Whether there is, or was, a currency with this code of ISO 4217, in capitals. */
export const isCurrency = (code: string): boolean => CURRENCIES.has(code);
