// SHA-256 (FIPS 180-4): what a browser has of it is not there for a page without https, and answers later.

const ROUND_WORDS = fractions(64, 1 / 3);
const FIRST_WORDS = fractions(8, 1 / 2);

/** Return the first 32 bits of the fractions of this power of the first primes. */
function fractions(count, power) {
  const words = [];
  for (let number = 2; words.length < count; number++) {
    let isPrime = true;
    for (let factor = 2; factor * factor <= number; factor++) isPrime &&= number % factor !== 0;
    if (isPrime) words.push(Math.floor((number ** power % 1) * 2 ** 32) | 0);
  }
  return words;
}

/** Return the SHA-256 of a text's UTF-8 in hexadecimal digits. */
function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new DataView(new ArrayBuffer((((bytes.length + 8) >> 6) + 1) << 6));
  bytes.forEach((byte, at) => padded.setUint8(at, byte));
  padded.setUint8(bytes.length, 0x80);
  padded.setUint32(padded.byteLength - 4, bytes.length * 8);
  const state = [...FIRST_WORDS];
  const turn = (word, by) => (word >>> by) | (word << (32 - by));
  for (let block = 0; block < padded.byteLength; block += 64) {
    const words = Array.from({ length: 16 }, (_, at) => padded.getInt32(block + 4 * at));
    for (let at = 16; at < 64; at++) {
      const [old, late] = [words[at - 15], words[at - 2]];
      const one = turn(old, 7) ^ turn(old, 18) ^ (old >>> 3);
      const other = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words.push((words[at - 16] + one + words[at - 7] + other) | 0);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND_WORDS[at] + words[at]) | 0;
      const other = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + other) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = (state[at] + word) | 0));
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
