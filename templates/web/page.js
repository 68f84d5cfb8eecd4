// The page: what is typed and pressed → filters → the list, with the filters in the address.

const SETTINGS = `qexport:settings`;

/** Return what this browser keeps under a name; nothing if it keeps nothing. */
function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keep a value in this browser; return whether it could be kept. */
function keep(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

class Page {
  constructor(bank) {
    this.bank = bank;
    this.articles = new Articles();
    this.list = new List(bank, this.articles);
    this.study = new Study(this);
    this.filters = noFilters();
    this.makeFacets();
    this.listen();
    this.followAddress();
  }

  listen() {
    byId("search").addEventListener("input", () => {
      this.apply({ ...this.filters, where: byId("search").value }, "replace");
    });
    byId("sort").addEventListener("change", () => this.apply({ ...this.filters, sort: byId("sort").value }, "push"));
    byId("study-button").addEventListener("click", () => this.study.begin(this.list.places));
    byId("help-button").addEventListener("click", () => byId("help").showModal());
    byId("help-close").addEventListener("click", () => byId("help").close());
    addEventListener("hashchange", () => this.followAddress());
    addEventListener("popstate", () => this.followAddress());
    const keys = byId("keys");
    keys.checked = kept(SETTINGS, {}).keys !== false;
    keys.addEventListener("change", () => keep(SETTINGS, { ...kept(SETTINGS, {}), keys: keys.checked }));
    addEventListener("keydown", (event) => this.press(event));
    byId("list").addEventListener("click", (event) => {
      const link = event.target.closest("a.id");
      if (link) history.replaceState(null, "", link.getAttribute("href")); // the link is there to be copied
    });
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape") {
      if (this.study.running) this.study.end();
      else if (event.target === byId("search") && byId("search").value) this.apply({ ...this.filters, where: "" }, "push");
      return;
    }
    if (typing || !byId("keys").checked) return;
    if (this.study.running) {
      this.study.press(event);
      return;
    }
    const does = {
      "/": () => byId("search").focus(),
      j: () => this.list.step(1),
      k: () => this.list.step(-1),
      o: () => this.toggleAnswer(),
      s: () => this.study.begin(this.list.places),
      "?": () => byId("help").showModal(),
    }[event.key];
    if (does) {
      event.preventDefault();
      does();
    }
  }

  toggleAnswer() {
    const article = document.activeElement.closest("article");
    const answers = article?.querySelector("details");
    if (answers) answers.open = !answers.open;
  }

  followAddress() {
    const address = location.hash.slice(1);
    if (this.bank.places.has(address)) {
      if (!this.list.go(this.bank.places.get(address))) {
        this.apply(noFilters(), "");
        this.list.go(this.bank.places.get(address));
      }
      return;
    }
    if (address && !address.includes("=")) return; // a place in the page, such as a footnote
    if (address === addressOf(this.filters)) return;
    try {
      this.apply(filtersOf(address), "");
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      this.sayProblem(error);
    }
  }

  /** Show what filters leave; `history`: push, replace, or empty for an address that says so already. */
  apply(filters, change) {
    this.filters = filters;
    clearTimeout(this.explaining); // it would explain these filters, which may not even be readable
    if (byId("search").value !== filters.where) byId("search").value = filters.where;
    byId("sort").value = filters.sort;
    if (change) {
      const address = addressOf(filters);
      history[`${change}State`](null, "", address ? `#${address}` : location.pathname + location.search);
    }
    this.bank.conditions.sought = [];
    let places;
    try {
      places = select(this.bank, filters);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      this.sayProblem(error);
      return; // what was found before stays
    }
    this.sayProblem(null);
    this.list.show(places, !filters.sort.replace("bank", "") && filters.sample === null && this.isInBankOrder(places));
    this.sayCount(places.length);
    this.markFacets();
    if (!places.length) this.sayWhyNothing();
  }

  /** Return the ids that an address's filters leave, in order. */
  idsFor(address) {
    return select(this.bank, filtersOf(address)).map((place) => this.bank.ids[place]);
  }

  isInBankOrder(places) {
    return places.every((place, at) => !at || this.bank.bankRank[places[at - 1]] < this.bank.bankRank[place]);
  }

  sayCount(count) {
    const all = this.bank.ids.length;
    byId("count").textContent = count === all ? countOf(all) : say("of_total", { n: count, total: all });
    byId("study-button").textContent = `${say("study")} ${count}`;
    byId("study-button").disabled = !count;
  }

  sayProblem(error) {
    const problem = byId("problem");
    problem.hidden = !error;
    byId("search").setAttribute("aria-invalid", String(Boolean(error)));
    problem.replaceChildren();
    if (error) problem.append(error.message, element("span", { class: "hint" }, error.hint ? ` – ${error.hint}` : ""));
  }

  /** Say which filter is to blame: one that nothing passes, else where the last question was lost. */
  sayWhyNothing() {
    byId("list").replaceChildren(element("p", { class: "nothing" }, say("no_question")));
    this.explaining = setTimeout(() => this.explainNothing());
  }

  explainNothing() {
    const place = document.querySelector(".nothing");
    if (!place) return;
    const all = this.bank.ids.map((_, place) => place);
    const clauses = clausesOf(this.bank, this.filters);
    const barren = clauses.filter((clause) => !all.some(clause.holds)).map((clause) => clause.words);
    let left = all;
    const steps = clauses.map((clause) => {
      left = left.filter(clause.holds);
      return say("filter_leaves", { filter: clause.words, n: left.length });
    });
    const why = barren.length ? say("filter_none", { filter: barren.join(", ") }) : steps.join("; ");
    place.textContent = `${say("no_question")} ${why}`;
  }

  // Facets: the filters that can be pressed

  makeFacets() {
    const { bank } = this;
    const facets = byId("facets");
    const counts = (field) => {
      const found = new Map();
      for (const value of bank[field]) for (const each of [value].flat()) found.set(each, (found.get(each) || 0) + 1);
      return found;
    };
    const titles = { technology: say("technology"), category: say("category"), level: say("level"), tag: say("tags") };
    for (const field of NAME_FIELDS) {
      const found = counts(field === "tag" ? "tags" : field);
      let places = bank.names[field].map((_, place) => place).filter((place) => found.has(place));
      if (field === "tag") places = places.sort((one, other) => found.get(other) - found.get(one)).slice(0, 24);
      if (places.length < 2) continue;
      const buttons = places.map((place) => this.facet(field, bank.names[field][place], found.get(place)));
      facets.append(element("fieldset", {}, element("legend", {}, titles[field]), ...buttons));
    }
    const rated = counts("difficulty");
    rated.delete(0);
    if (rated.size > 1) {
      const numbers = [...rated.keys()].sort((one, other) => one - other);
      const buttons = numbers.map((number) => this.facet("difficulty", String(number), rated.get(number)));
      facets.append(element("fieldset", {}, element("legend", {}, say("difficulty")), element("div", { class: "numbers" }, ...buttons)));
    }
    this.markFacets();
  }

  facet(field, value, count) {
    const written = field === "difficulty" ? value : value.replaceAll("*", " ");
    return element(
      "button",
      { type: "button", class: "facet", "aria-pressed": "false", "data-field": field, "data-value": written, onclick: () => this.toggle(field, written) },
      element("span", { dir: "auto" }, value),
      " ",
      element("span", { class: "count", "aria-label": countOf(count), role: "img" }, String(count)),
    );
  }

  toggle(field, value) {
    const isSame = (each) => fold(each) === fold(value);
    const before = this.filters[field];
    const after = before.some(isSame) ? before.filter((each) => !isSame(each)) : [...before, value];
    this.apply({ ...this.filters, [field]: after }, "push");
  }

  markFacets() {
    for (const button of document.querySelectorAll(".facet")) {
      const { field, value } = button.dataset;
      button.setAttribute("aria-pressed", String(this.filters[field].some((each) => fold(each) === fold(value))));
    }
    const chips = [];
    for (const name of MANY_VALUED) {
      for (const value of this.filters[name]) chips.push([name, value, { [name]: this.filters[name].filter((each) => each !== value) }]);
    }
    for (const name of ["limit", "sample"]) {
      if (this.filters[name] !== null) chips.push([name, this.filters[name], { [name]: null }]);
    }
    byId("chosen").replaceChildren(
      ...chips.map(([name, value, change]) =>
        element(
          "button",
          { type: "button", "aria-label": say("filter_remove", { filter: `${name} ${value}` }), onclick: () => this.apply({ ...this.filters, ...change }, "push") },
          `${name}: ${value === "" ? say("none") : value}`,
        ),
      ),
    );
    byId("chosen").hidden = !chips.length;
  }
}

// Day and night

const LIGHTS = { "": "light_auto", day: "light_day", night: "light_night" };

function setLight(light) {
  if (light) document.documentElement.dataset.light = light;
  else delete document.documentElement.dataset.light;
  byId("light").textContent = say("light", { name: say(LIGHTS[light]) });
}

function beginLight() {
  const kinds = Object.keys(LIGHTS);
  let light = kept(SETTINGS, {}).light || "";
  setLight(light);
  byId("light").addEventListener("click", () => {
    light = kinds[(kinds.indexOf(light) + 1) % kinds.length];
    setLight(light);
    keep(SETTINGS, { ...kept(SETTINGS, {}), light });
  });
}

/** Wait until the page was painted; not for ever, since a page that nobody looks at is not painted. */
function painted() {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 300);
  });
}

/** Use the fonts of the page: decoding them would take as long as all else before the first paint. */
function useFonts() {
  const style = element("style");
  style.textContent = byId("fonts").textContent.replace(/^<style>|<\/style>$/g, "");
  document.head.append(style);
}

/** Begin: the page is there to be read before fonts are decoded, and before what is searched is unpacked. */
async function begin() {
  beginLight();
  if (matchMedia("(min-width: 60rem)").matches) byId("filters").open = true;
  await painted();
  useFonts();
  try {
    const page = new Page(new Bank(await unpacked("index")));
    setTimeout(() => page.articles.cut());
    window.qexport = { page, idsFor: (address) => page.idsFor(address), fold, casefold, typedName }; // for the console
  } catch (error) {
    byId("problem").hidden = false;
    byId("problem").textContent = say("error_browser", { reason: error.message });
    throw error;
  }
  document.documentElement.dataset.ready = "";
}
