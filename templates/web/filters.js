// The filters of the command line: qexport/bank/selection.py is the reference. The state of the page is these
// filters, and they are in its address: #technology=python&difficulty=%3E%3D8&where=gil

const MANY_VALUED = ["technology", "category", "level", "tag", "difficulty", "id", "exclude", "text"];
const ORDERS = ["bank", "id", "difficulty", "level"];

/** Return filters that leave everything. */
function noFilters() {
  const filters = { where: "", sort: "", limit: null, sample: null, seed: 0 };
  for (const name of MANY_VALUED) filters[name] = [];
  return filters;
}

/** Return the filters that an address names after its #. */
function filtersOf(address) {
  const filters = noFilters();
  for (const [name, value] of new URLSearchParams(address)) {
    if (MANY_VALUED.includes(name)) filters[name].push(value);
    else if (["limit", "sample", "seed"].includes(name)) filters[name] = wholeNumber(name, value);
    else if (name === "where" || name === "sort") filters[name] = value;
    else if (name !== "study") {
      throw new FilterError(say("error_unknown", { kind: "filter", value: name }), say("error_see_help"));
    }
  }
  return filters;
}

function wholeNumber(name, value) {
  if (/^-?[0-9]{1,9}$/.test(value)) return Number(value);
  throw new FilterError(say("error_not_whole", { name, value }), say("error_write", { text: `${name}=10` }));
}

/** Return what an address has after its # for these filters; empty if there are none. */
function addressOf(filters) {
  const address = new URLSearchParams();
  for (const name of MANY_VALUED) filters[name].forEach((value) => address.append(name, value));
  for (const name of ["where", "sort"]) if (filters[name]) address.append(name, filters[name]);
  for (const name of ["limit", "sample"]) if (filters[name] !== null) address.append(name, filters[name]);
  if (filters.seed) address.append("seed", filters.seed);
  return address.toString();
}

/** Return the places of the questions that pass, in order; FilterError for a filter that cannot be. */
function select(bank, filters) {
  const inOrder = sorting(bank, filters.sort);
  for (const name of ["limit", "sample"]) {
    if (filters[name] !== null && filters[name] < 1) {
      const message = say("error_leaves_nothing", { name, value: filters[name] });
      throw new FilterError(message, say("error_from_one"));
    }
  }
  const clauses = clausesOf(bank, filters);
  let chosen = bank.ids.map((_, place) => place);
  for (const { holds } of clauses) chosen = chosen.filter(holds);
  if (chosen.length && filters.sample !== null) chosen = sampleOf(bank, chosen, filters.sample, filters.seed);
  chosen = inOrder(chosen);
  return filters.limit === null ? chosen : chosen.slice(0, filters.limit);
}

/** Return the conditions of filters, each with the words that it was asked for in. */
function clausesOf(bank, filters) {
  const conditions = bank.conditions;
  const clauses = [];
  const add = (name, values, holds) => clauses.push({ words: values.map((value) => `${name} ${value}`).join(" "), holds });
  for (const field of NAME_FIELDS) {
    if (filters[field].length) {
      add(field, filters[field], conditions.name(field, ...filters[field].map((value) => value.split("*"))));
    }
  }
  if (filters.difficulty.length) add("difficulty", filters.difficulty, conditions.difficulty(...filters.difficulty));
  if (filters.id.length) add("id", filters.id, idsLike(conditions, filters.id));
  if (filters.exclude.length) {
    const excluded = idsLike(conditions, filters.exclude);
    add("exclude", filters.exclude, (place) => !excluded(place));
  }
  for (const text of filters.text) add("text", [text], conditions.text([text]));
  if (filters.where.trim()) clauses.push(...parse(filters.where, conditions));
  return clauses;
}

/** One of these ids, or like one of these patterns of a shell; a plain id must exist. */
function idsLike(conditions, values) {
  const isWild = (value) => !conditions.knownIds.has(casefold(value)) && /[*?[]/.test(value);
  const listed = conditions.id(...values.filter((value) => !isWild(value)).map((value) => [value]));
  const like = values.filter(isWild).map((value) => shellPattern(casefold(value)));
  return (place) => listed(place) || like.some((pattern) => pattern.test(conditions.ids[place]));
}

/** Return a pattern of a shell (`*`, `?`, `[a-c]`, `[!a]`) as a regular expression, as Python's fnmatch reads it. */
function shellPattern(written) {
  const signs = [...written];
  let expression = "";
  for (let at = 0; at < signs.length; at++) {
    if (signs[at] === "*") {
      expression += expression.endsWith(".*") ? "" : ".*";
    } else if (signs[at] === "?") {
      expression += ".";
    } else if (signs[at] === "[") {
      let end = at + 1;
      if (signs[end] === "!") end++;
      if (signs[end] === "]") end++;
      while (end < signs.length && signs[end] !== "]") end++;
      if (end >= signs.length) {
        expression += "\\[";
      } else {
        expression += shellSet(signs.slice(at + 1, end));
        at = end;
      }
    } else {
      expression += signs[at].replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
    }
  }
  return new RegExp(`^${expression}$`, "su");
}

function shellSet(signs) {
  const negative = signs[0] === "!";
  const members = negative ? signs.slice(1) : signs;
  const ranges = [];
  const write = (sign) => sign.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
  for (let at = 0; at < members.length; at++) {
    if (members[at + 1] === "-" && at + 2 < members.length) {
      if (members[at] <= members[at + 2]) ranges.push(`${write(members[at])}-${write(members[at + 2])}`);
      at += 2;
    } else {
      ranges.push(write(members[at]));
    }
  }
  if (!ranges.length) return negative ? "." : "(?!)";
  return `[${negative ? "^" : ""}${ranges.join("")}]`;
}

/** Return what puts places in order. What has no difficulty or level comes last either way; ties end in the id. */
function sorting(bank, sort) {
  const descending = sort.startsWith("-");
  const name = sort.replace(/^-/, "");
  if (!name) return (places) => [...places].sort((one, other) => one - other); // as the page was made
  if (!ORDERS.includes(name)) throw unknownName("order", sort, ORDERS);
  if (name === "id") {
    return (places) => [...places].sort((one, other) => (bank.idRank[one] - bank.idRank[other]) * (descending ? -1 : 1));
  }
  const of = {
    bank: (place) => bank.bankRank[place],
    difficulty: (place) => bank.difficulty[place] || null,
    level: (place) => (bank.levelRank[place] < 0 ? null : bank.levelRank[place]),
  }[name];
  return (places) => {
    const byId = [...places].sort((one, other) => bank.idRank[one] - bank.idRank[other]);
    const known = byId.filter((place) => of(place) !== null);
    known.sort((one, other) => (of(one) - of(other)) * (descending ? -1 : 1));
    return [...known, ...byId.filter((place) => of(place) === null)];
  };
}

/** Return so many of the questions, spread over technologies and levels, the same as the command line's --sample. */
function sampleOf(bank, places, size, seed) {
  if (size >= places.length) return places;
  const rankOf = (name) => sha256(`${seed}\0${name}`);
  const name = (field, place) => (bank[field][place] < 0 ? "" : bank.names[field][bank[field][place]]);
  const ranked = places.map((place) => [rankOf(bank.ids[place]), place]).sort(([one], [other]) => (one < other ? -1 : 1));
  const strata = new Map();
  const inLevel = new Map();
  for (const [, place] of ranked) {
    const [technology, level] = [name("technology", place), name("level", place)];
    if (!strata.has(technology)) strata.set(technology, new Map());
    const levels = strata.get(technology);
    if (!levels.has(level)) levels.set(level, []);
    levels.get(level).push(place);
    inLevel.set(level, (inLevel.get(level) || 0) + 1);
  }
  const fromLevel = new Map();
  const fromStratum = new Map();
  const taken = (technology, level) => fromStratum.get(`${technology}\0${level}`) || 0;
  const before = (one, other) => {
    for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return one[at] < other[at];
    return false;
  };
  const least = (items, key) => items.map((item) => [key(item), item]).reduce((a, b) => (before(b[0], a[0]) ? b : a))[1];
  const nextLevel = (technology) =>
    least([...strata.get(technology).keys()], (level) => {
      const total = strata.get(technology).get(level).length;
      const share = taken(technology, level) / total;
      return [share, (fromLevel.get(level) || 0) / inLevel.get(level), -total, rankOf(`${technology}\0${level}`)];
    });
  const queue = [...strata].map(([technology, levels]) => {
    const total = [...levels.values()].reduce((sum, stratum) => sum + stratum.length, 0);
    return { technology, total, share: 0, rank: rankOf(technology) };
  });
  const chosen = [];
  while (chosen.length < size) {
    const first = least(queue, (each) => [each.share, -each.total, each.rank]);
    const level = nextLevel(first.technology);
    chosen.push(strata.get(first.technology).get(level)[taken(first.technology, level)]);
    fromStratum.set(`${first.technology}\0${level}`, taken(first.technology, level) + 1);
    fromLevel.set(level, (fromLevel.get(level) || 0) + 1);
    const all = [...strata.get(first.technology).keys()].reduce((sum, each) => sum + taken(first.technology, each), 0);
    first.share = all / first.total;
  }
  return chosen;
}
