// The order of names as ICU has it, by which content/collation.py is checked: node tools/sort_with_icu.mjs LANGUAGE < WORDS
//
// A word a line comes in and goes out. With --han, the Chinese characters of the language's standard are written in its
// order, as templates/languages/zh.order and ja.order hold them.

import { readFileSync } from "node:fs";

const [language, option] = process.argv.slice(2);
const collator = new Intl.Collator(language);
if (option === "--han") {
  const sets = { zh: "gb18030", ja: "shift_jis" };
  const decoder = new TextDecoder(sets[language], { fatal: true });
  const found = new Set();
  for (let first = 0x81; first <= 0xfe; first++)
    for (let second = 0x40; second <= 0xfe; second++) {
      try {
        for (const sign of decoder.decode(new Uint8Array([first, second]))) if (/\p{Script=Han}/u.test(sign) && sign >= "\u4e00" && sign <= "\u9fff") found.add(sign);
      } catch {
        // no character of the standard
      }
    }
  const sorted = [...found].sort((one, other) => collator.compare(one, other) || (one < other ? -1 : 1));
  console.log(`# The order of Chinese characters in ${language}, of ICU ${process.versions.icu} and CLDR ${process.versions.cldr} (tools/sort_with_icu.mjs); Unicode-3.0`);
  for (let at = 0; at < sorted.length; at += 60) console.log(sorted.slice(at, at + 60).join(""));
} else {
  const words = readFileSync(0, "utf8").split("\n").filter(Boolean);
  console.log(words.sort((one, other) => collator.compare(one, other) || (one < other ? -1 : 1)).join("\n"));
}
