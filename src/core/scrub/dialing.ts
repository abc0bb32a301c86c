/**
 * How national numbers of a country become international ones (ITU-T E.164): its code, the prefix that is
 * dialled only inside the country, and how many digits follow. Only countries whose rule is that simple.
 */
interface Plan {
  readonly code: string;
  /** Dialled before a national number and dropped abroad; '' where there is none. */
  readonly trunk: '0' | '';
  /** Digits of a number without it. */
  readonly digits: readonly [least: number, most: number];
}

const plan = (code: string, trunk: Plan['trunk'], least: number, most = least): Plan => ({
  code,
  trunk,
  digits: [least, most],
});

const PLANS: ReadonlyMap<string, Plan> = new Map(
  Object.entries({
    AE: plan('971', '0', 8, 9),
    AT: plan('43', '0', 6, 13),
    AU: plan('61', '0', 9),
    BE: plan('32', '0', 8, 9),
    BR: plan('55', '0', 10, 11),
    CA: plan('1', '', 10),
    CH: plan('41', '0', 9),
    CZ: plan('420', '', 9),
    DE: plan('49', '0', 6, 11),
    DK: plan('45', '', 8),
    ES: plan('34', '', 9),
    FI: plan('358', '0', 6, 11),
    FR: plan('33', '0', 9),
    GB: plan('44', '0', 9, 10),
    GR: plan('30', '', 10),
    IE: plan('353', '0', 7, 9),
    IL: plan('972', '0', 8, 9),
    IN: plan('91', '0', 10),
    JP: plan('81', '0', 9, 10),
    NL: plan('31', '0', 9),
    NO: plan('47', '', 8),
    NZ: plan('64', '0', 8, 10),
    PL: plan('48', '', 9),
    PT: plan('351', '', 9),
    SE: plan('46', '0', 7, 9),
    SG: plan('65', '', 8),
    TR: plan('90', '0', 10),
    US: plan('1', '', 10),
    ZA: plan('27', '0', 9),
  }),
);

/**
 * Digits of a national number as an international one; `undefined` where the country's rule does not
 * fit them: guessing would dial somebody else.
 * @param country ISO 3166 alpha-2, `''` when it is not known
 */
export function international(digits: string, country: string): string | undefined {
  const found = PLANS.get(country);
  if (found === undefined) return undefined;
  const { code, trunk, digits: bounds } = found;
  // North America: the 1 may be written or not, and no area begins with 0 or 1.
  const north = code === '1' ? digits.replace(/^1(?=\d{10}$)/, '') : digits;
  const number = trunk === '' ? north : north.replace(/^0/, '');
  if (trunk !== '' && number === north) return undefined;
  const [least, most] = bounds;
  if (number.startsWith('0') || number.length < least || number.length > most) return undefined;
  return code === '1' && !/^[2-9]/.test(number) ? undefined : `+${code}${number}`;
}
