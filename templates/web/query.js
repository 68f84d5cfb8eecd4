// The filter language of the command line: qexport/bank/query.py is the reference, rule by rule. Tests run every
// query of its own tests here, in each browser, and compare ids and messages. What is wrong is said in the language of
// the page, in the labels `error_…`; the English ones are the messages of the command line.

const NAME_FIELDS = ["technology", "category", "level", "tag"];
const LONGEST_QUERY = 10000;
const DEEPEST_QUERY = 50;
const LISTED_NAMES = 20;

/** A filter that cannot be: what is wrong, and what would be right. */
class FilterError extends Error {
  constructor(message, hint = "") {
    super(message);
    this.hint = hint;
  }
}

/** Say that a name is unknown, and which are known. */
function unknownName(kind, value, known) {
  const listed = known.slice(0, LISTED_NAMES).join(", ") || say("none");
  const more = known.length - LISTED_NAMES;
  const names = more > 0 ? say("and_more", { names: listed, n: more }) : listed;
  return new FilterError(say("error_unknown", { kind, value }), say("error_known", { names }));
}

/** Tell whether a whole text fits a pattern: a list of parts, between which anything may be. */
function fits(pattern, text) {
  if (pattern.length === 1) return text === pattern[0];
  const first = pattern[0];
  const last = pattern[pattern.length - 1];
  const end = text.length - last.length;
  let place = first.length;
  if (place > end || !text.startsWith(first) || !text.endsWith(last)) return false;
  for (const part of pattern.slice(1, -1)) {
    place = text.indexOf(part, place);
    if (place < 0 || place + part.length > end) return false;
    place += part.length;
  }
  return true;
}

// Conditions: functions from the place of a question in the bank to true or false.

const [HAS, LACKS] = [1, 2]; // 0: nobody asked yet
const REMEMBERED = 50; // searches

/** Makes conditions on the questions of one bank; throws FilterError for names that it does not know. */
class Conditions {
  constructor(bank) {
    this.bank = bank;
    this.ids = bank.ids.map(casefold);
    this.sought = []; // the words that are searched, to mark them
    this.remembered = new Map(); // words → for each question whether it has them
    this.knownIds = new Set(this.ids);
    this.known = {};
    for (const field of NAME_FIELDS) {
      const names = bank.names[field];
      this.known[field] = { names, folded: names.map(fold), slugs: names.map(typedName) };
    }
  }

  /** Return the places, in the bank's list of names, of those that a user means. */
  names(field, pattern) {
    const known = this.known[field];
    const like = (forms, form) => {
      const wanted = pattern.map(form);
      if (wanted.length === 1 && !wanted[0]) return [];
      return forms.flatMap((written, place) => (fits(wanted, written) ? [place] : []));
    };
    let found = like(known.folded, fold);
    if (!found.length) found = like(known.slugs, typedName);
    if (!found.length && pattern.length === 1) throw unknownName(field, pattern[0], known.names);
    return found;
  }

  /** One of these names; an empty one: none at all. */
  name(field, ...patterns) {
    const isEmpty = (pattern) => pattern.length === 1 && pattern[0] === "";
    const wanted = new Set(patterns.filter((each) => !isEmpty(each)).flatMap((each) => this.names(field, each)));
    const missing = patterns.some(isEmpty);
    if (field === "tag") {
      const tags = this.bank.tags;
      return (place) => tags[place].some((tag) => wanted.has(tag)) || (missing && !tags[place].length);
    }
    const of = this.bank[field];
    return (place) => (of[place] < 0 ? missing : wanted.has(of[place]));
  }

  /** One of these ids, in any case. */
  id(...patterns) {
    const folded = patterns.map((pattern) => pattern.map(casefold));
    patterns.forEach((pattern, number) => {
      if (pattern.length > 1 || this.knownIds.has(folded[number][0])) return;
      throw unknownName("id", pattern[0], this.bank.ids);
    });
    const whole = new Set(folded.filter((pattern) => pattern.length === 1).map(([id]) => id));
    const wild = folded.filter((pattern) => pattern.length > 1);
    return (place) => whole.has(this.ids[place]) || wild.some((pattern) => fits(pattern, this.ids[place]));
  }

  /** A difficulty within one of these. Empty: not rated. `*`: rated. */
  difficulty(...values) {
    const wanted = new Set();
    for (const value of values) {
      const found = value === "" ? [0] : value === "*" ? difficulties(">=1") : difficulties(value);
      found.forEach((number) => wanted.add(number));
    }
    return (place) => wanted.has(this.bank.difficulty[place]);
  }

  /** The text anywhere in this field, or in any; an empty one: a question without the field. */
  text(pattern, field = "") {
    const bank = this.bank;
    if (field && pattern.length === 1 && pattern[0] === "") {
      return (place) => bank.partsOf(place, field).every((text) => !text);
    }
    const folded = pattern.map(fold);
    if (folded.length === 1 && !folded[0]) {
      throw new FilterError(say("error_nothing_sought"), say("error_write_word"));
    }
    if (folded.length === 1) {
      const [words] = folded;
      this.sought.push(words);
      if (!field) return this.anywhere(words);
      return (place) => bank.partsOf(place, field).some((text) => text.includes(words));
    }
    const around = ["", ...folded, ""];
    return (place) => bank.partsOf(place, field).some((text) => text && fits(around, text));
  }

  /** These words in any text. While they are typed, only questions with what was typed before are looked at. */
  anywhere(words) {
    const { texts } = this.bank;
    let known = this.remembered.get(words);
    if (!known) {
      let before = null;
      for (let end = words.length - 1; end > 0 && !before; end--) before = this.remembered.get(words.slice(0, end));
      known = before ? before.map((each) => (each === LACKS ? LACKS : 0)) : new Uint8Array(texts.length);
      if (this.remembered.size === REMEMBERED) this.remembered.delete(this.remembered.keys().next().value);
      this.remembered.set(words, known);
    }
    return (place) => (known[place] ||= texts[place].includes(words) ? HAS : LACKS) === HAS;
  }
}

/** Return the difficulties meant by `8`, `7-9`, `>=8`, `<=7`, `>6`, `<9`, `=8` or `!=8`. */
function difficulties(written) {
  const text = written.replace(new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g"), "");
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const hint = say("error_write_difficulty");
  const read = (digits) => {
    const number = Number(digits);
    if (number >= 1 && number <= 10) return number;
    throw new FilterError(say("error_out_of_range", { value: text }), hint);
  };
  const span = new RegExp(`^([0-9]+)[${SPACE}]*[-–—][${SPACE}]*([0-9]+)$`).exec(text);
  if (span) {
    const [low, high] = [read(span[1]), read(span[2])];
    if (low > high) {
      throw new FilterError(say("error_backwards", { value: text }), say("error_write", { text: `${high}-${low}` }));
    }
    return all.filter((number) => low <= number && number <= high);
  }
  const bound = new RegExp(`^(>=|<=|!=|=|>|<)?[${SPACE}]*([0-9]+)$`).exec(text);
  if (!bound) throw new FilterError(say("error_no_difficulty", { value: text }), hint);
  const number = read(bound[2]);
  const compare = {
    ">=": (each) => each >= number,
    "<=": (each) => each <= number,
    ">": (each) => each > number,
    "<": (each) => each < number,
    "!=": (each) => each !== number,
  };
  const found = all.filter(compare[bound[1]] || ((each) => each === number));
  if (!found.length) throw new FilterError(say("error_none_is", { value: text }), hint);
  return found;
}

// The language: characters → tokens → a condition.

const QUOTES = '"“”„‟';
const FIELD = /([\p{L}\p{N}_-]*)(>=|<=|!=|[:=<>])/uy;
const DIFFICULTY = new RegExp(`(difficulty)[${SPACE}]+(>=|<=|!=|[=<>])`, "iy");

/** Return the conditions that a query joins by `and` at its top, each with the words it was written in. */
function parse(query, conditions) {
  const length = [...query].length;
  if (length > LONGEST_QUERY) {
    throw new FilterError(say("error_too_long", { n: length }), say("error_limit", { n: LONGEST_QUERY }));
  }
  return new Parser(query, [...new Lexer(query, conditions).tokens()]).whole();
}

/** Return two hints as one. */
const both = (one, other) => `${one}; ${other}`;

function misread(query, message, start, end, hint) {
  const column = [...query.slice(0, start)].length + 1;
  const error = new FilterError(say("error_column", { n: column, message }), hint);
  return Object.assign(error, { start, end });
}

/** Cuts a query into tokens; its conditions are made at once, while their place is known. */
class Lexer {
  constructor(query, conditions) {
    this.query = query;
    this.conditions = conditions;
    this.place = 0;
  }

  *tokens() {
    yield { kind: "start", start: 0, end: 0 };
    for (;;) {
      this.skipSpaces();
      const start = this.place;
      const character = this.peek();
      if (!character) {
        yield { kind: "end", start, end: start };
        return;
      }
      if ("()-".includes(character)) {
        this.place += 1;
        yield { kind: character, start, end: this.place };
        const next = this.peek();
        if (character === "-" && (isSpace(next) || next === "" || next === ")")) {
          const hint = both(say("error_write", { text: "-tag:easy" }), say("error_quote_it"));
          throw misread(this.query, say("error_nothing_negated"), start, start + 1, hint);
        }
      } else {
        yield this.condition();
      }
    }
  }

  peek() {
    return this.query.slice(this.place, this.place + 1);
  }

  skipSpaces() {
    while (isSpace(this.peek())) this.place += 1;
  }

  matched(expression) {
    expression.lastIndex = this.place;
    return expression.exec(this.query);
  }

  condition() {
    const start = this.place;
    const fields = this.conditions.bank.searchable;
    const match = this.matched(DIFFICULTY) || this.matched(FIELD);
    const field = match ? casefold(match[1].replaceAll("-", "_")) : "";
    if (!match || (!fields.includes(field) && !this.looksLikeField(match, start))) {
      const pattern = this.value();
      const keyword = casefold(this.query.slice(start, this.place));
      if (keyword === "and" || keyword === "or") return { kind: keyword, start, end: this.place };
      return this.made(start, start, () => this.conditions.text(pattern));
    }
    if (!fields.includes(field)) {
      const hint = both(say("error_fields", { names: fields.join(", ") }), say("error_quote_it"));
      const message = say("error_unknown", { kind: "field", value: match[1] });
      throw misread(this.query, message, start, start + match[1].length, hint);
    }
    this.place = start + match[0].length;
    if (match[2] !== ":") this.skipSpaces();
    if (this.peek() === "(") {
      const hint = say("error_write", { text: `(${field}:… or ${field}:…)` });
      throw misread(this.query, say("error_one_value"), this.place, this.place + 1, hint);
    }
    const valueStart = this.place;
    const pattern = this.value();
    return this.made(start, valueStart, () => this.compared(field, match[2], pattern));
  }

  /** Tell whether an unknown name before an operator is a mistake: `dificulty>=8` is, `List<int>` is text. */
  looksLikeField(match, start) {
    const next = this.query.slice(start + match[0].length);
    return match[2] === ":" || (match[1] !== "" && /^\p{Nd}/u.test(next));
  }

  compared(field, operator, pattern) {
    const isText = !["id", "difficulty", ...NAME_FIELDS].includes(field);
    const value = pattern.join("*");
    if (field === "difficulty") return this.conditions.difficulty(operator === ":" ? value : operator + value);
    if (![":", "=", "!="].includes(operator) || (operator !== ":" && isText)) {
      const hint = say("error_write", { text: `${field}:…` });
      throw new FilterError(say("error_not_compared", { field, operator }), hint);
    }
    if (isText) return this.conditions.text(pattern, field);
    const holds = field === "id" ? this.conditions.id(pattern) : this.conditions.name(field, pattern);
    return operator === "!=" ? (place) => !holds(place) : holds;
  }

  made(start, valueStart, make) {
    try {
      return { kind: "condition", start, end: this.place, holds: make() };
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      const shown = valueStart < this.place ? valueStart : start;
      throw misread(this.query, error.message, shown, this.place, error.hint);
    }
  }

  /** Read a word, or a phrase in quotes, cut at its wildcards. */
  value() {
    const opened = this.place;
    const quoted = this.peek() !== "" && QUOTES.includes(this.peek());
    if (quoted) this.place += 1;
    const parts = [""];
    for (let character = this.peek(); character; character = this.peek()) {
      if (quoted && QUOTES.includes(character)) {
        this.place += 1;
        return parts;
      }
      if (!quoted && (isSpace(character) || "()".includes(character) || QUOTES.includes(character))) break;
      this.place += 1;
      if (character === "*") {
        parts.push("");
        continue;
      }
      if (character === "\\") {
        character = this.peek();
        if (character === "" || !'\\"*:()-'.includes(character)) {
          const hint = say("error_write_backslash");
          throw misread(this.query, say("error_backslash"), this.place - 1, this.place, hint);
        }
        this.place += 1;
      }
      parts[parts.length - 1] += character;
    }
    if (quoted) {
      throw misread(this.query, say("error_quote_open"), opened, opened + 1, say("error_add", { text: '"' }));
    }
    return parts;
  }
}

/** Joins the tokens of a query: any of → all of → a condition, negated or not, or a group in parentheses. */
class Parser {
  constructor(query, tokens) {
    this.query = query;
    this.tokens = tokens;
    this.next = 1; // after `start`, so that every token has one before it
    this.open = [];
  }

  get seen() {
    return this.tokens[this.next];
  }

  whole() {
    const clauses = this.anyOf();
    if (this.seen.kind === ")") {
      throw this.closesNothing(this.seen);
    }
    return clauses;
  }

  anyOf() {
    const first = this.seen;
    const branches = [this.allOf()];
    while (this.seen.kind === "or") {
      this.next += 1;
      branches.push(this.allOf());
    }
    if (branches.length === 1) return branches[0];
    const conditions = branches.map(joined);
    return [this.clause(first, (place) => conditions.some((holds) => holds(place)))];
  }

  allOf() {
    const clauses = [];
    while (!clauses.length || !["or", ")", "end"].includes(this.seen.kind)) {
      if (clauses.length && this.seen.kind === "and") this.next += 1;
      const first = this.seen;
      clauses.push(this.clause(first, this.one()));
    }
    return clauses;
  }

  one() {
    let negative = false;
    while (this.seen.kind === "-") {
      negative = !negative;
      this.next += 1;
    }
    const token = this.seen;
    if (!token.holds && token.kind !== "(") throw this.missing();
    this.next += 1;
    const holds = token.holds || this.group(token);
    return negative ? (place) => !holds(place) : holds;
  }

  group(opened) {
    if (this.open.length === DEEPEST_QUERY) {
      throw this.error(say("error_too_deep", { n: DEEPEST_QUERY }), opened, say("error_use_fewer"));
    }
    this.open.push(opened);
    const holds = joined(this.anyOf());
    if (this.seen.kind === "end") throw this.neverClosed(opened);
    this.open.pop();
    this.next += 1;
    return holds;
  }

  /** Say what is wrong where there should be a condition and there is none. */
  missing() {
    const before = this.tokens[this.next - 1];
    const token = this.seen;
    if (["and", "or", "-"].includes(before.kind)) {
      return this.error(say("error_nothing_after", { word: before.kind }), before, say("error_quote_it"));
    }
    if (["and", "or"].includes(token.kind)) {
      return this.error(say("error_nothing_before", { word: token.kind }), token, say("error_quote_it"));
    }
    if (token.kind === ")" && before.kind === "(") {
      return this.error(say("error_nothing_inside"), before, say("error_quote_it"));
    }
    if (token.kind === ")") return this.closesNothing(token);
    if (this.open.length) return this.neverClosed(this.open.at(-1));
    const example = { text: "technology:python difficulty>=8" };
    return new FilterError(say("error_empty"), say("error_for_example", example));
  }

  clause(first, holds) {
    return { words: this.query.slice(first.start, this.tokens[this.next - 1].end), holds };
  }

  closesNothing(token) {
    return this.error(say("error_closes_nothing"), token, both(say("error_remove"), say("error_quote_it")));
  }

  neverClosed(token) {
    return this.error(say("error_parenthesis_open"), token, say("error_add", { text: ")" }));
  }

  error(message, token, hint) {
    return misread(this.query, message, token.start, token.end, hint);
  }
}

function joined(clauses) {
  if (clauses.length === 1) return clauses[0].holds;
  return (place) => clauses.every((clause) => clause.holds(place));
}
