/** What a count of rare events says about their rate. */

/** ln of the chance of at most `k` of `n` at rate `p`, summed from the largest term. */
function atMost(k: number, n: number, p: number): number {
  let term = n * Math.log1p(-p);
  let total = Math.exp(term);
  for (let i = 1; i <= k; i += 1) {
    term += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    total += Math.exp(term);
  }
  return total;
}

/**
 * Clopper and Pearson's one-sided upper bound of a rate: with 95% confidence it is no higher. For k = 0 it is the
 * rule of three, 3 / n.
 */
export function upperBound(k: number, n: number, confidence = 0.95): number {
  if (k >= n) return 1;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 100; i += 1) {
    const middle = (low + high) / 2;
    if (atMost(k, n, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}
