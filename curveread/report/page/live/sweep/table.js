// The table of runs: sorted by any column, numbers as numbers; filtered by text, verdict and settings.

const FEW = 30, MANY = 60, SHOWN = 8;

class Table {
  constructor(page) {
    this.page = page;
    this.table = document.getElementById("runs");
    this.body = this.table.tBodies[0];
    this.rows = [...this.body.rows];
    this.heads = [...this.table.tHead.rows[0].cells].filter(h => h.textContent !== "Curve");
    this.texts = null;
    this.heads.forEach((head, i) => this.sortable(head, i));
    this.sorted(0, 1);
    this.rows.forEach((row, i) => row.dataset.i = i);
    this.body.addEventListener("pointerover", e => page.point(this.place(e), null));
    this.body.addEventListener("pointerleave", () => page.point(-1, null));
    this.body.addEventListener("focusin", e => page.point(this.place(e), null));
    this.filters();
  }

  place(event) {
    const row = event.target.closest("tr");
    return row ? Number(row.dataset.i) : -1;
  }

  sortable(head, i) {
    const button = element("button", {type: "button", class: "sort"}, ...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      this.sort(i, this.by === i ? -this.way : 1);
    });
  }

  sorted(i, way) {
    [this.by, this.way] = [i, way];
    this.heads.forEach((h, k) => k === i ? h.setAttribute("aria-sort", way > 0 ? "ascending" : "descending") : h.removeAttribute("aria-sort"));
  }

  // What a column sorts by: numbers, missing ones as NaN, or texts.
  keys(i) {
    const {sweep} = this.page, column = sweep.data.columns[i];
    if (column.kind === "health") return Float64Array.from({length: sweep.n}, (_, k) => k);
    if (column.form) return sweep.forms[column.form];
    if (column.values) return unpack(column.values);
    if (column.kind === "setting") return Float64Array.from(sweep.settings.find(s => s.name === column.name).at, v => v < 0 ? NaN : v);
    const at = this.heads[i].cellIndex;
    return this.rows.map(r => r.cells[at].textContent);
  }

  sort(i, way) {
    const keys = this.keys(i), words = new Intl.Collator("en", {numeric: true});
    const missing = k => k === "" || Number.isNaN(k);
    const order = this.rows.map((_, k) => k).sort((a, b) => {
      const [p, q] = [keys[a], keys[b]];
      if (missing(p) || missing(q)) return missing(p) - missing(q) || a - b;
      return way * (typeof p === "string" ? words.compare(p, q) : p === q ? 0 : p < q ? -1 : 1) || a - b;
    });
    const all = document.createDocumentFragment();
    for (const k of order) all.append(this.rows[k]);
    this.body.append(all);
    this.sorted(i, way);
  }

  filters() {
    const {page} = this, {sweep} = page, root = document.querySelector("[data-filters]"), changed = () => page.filter();
    const search = element("input", {type: "search", placeholder: "name, finding, words", size: 20});
    search.addEventListener("input", changed);
    root.append(element("label", {}, "Find ", search));
    const words = () => this.texts ||= this.rows.map(r => r.textContent.toLowerCase());
    this.tests = [() => {
      const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      return wanted.length ? i => wanted.every(w => words()[i].includes(w)) : null;
    }];
    this.resets = [() => search.value = ""];
    const kinds = [...new Set(sweep.health)];
    if (kinds.length > 1) this.choice(root, "Verdict", kinds.map(h => `${sweep.data.words[h]} (${sweep.health.filter(x => x === h).length})`), (k, i) => sweep.health[i] === kinds[k], changed);
    const differing = sweep.settings.filter(s => sweep.data.columns.some(c => c.kind === "setting" && c.name === s.name) && (s.numbers || s.texts.length <= MANY));
    const folded = element("div", {class: "filters"}), more = element("details", {class: "morecharts"}, element("summary", {}, `${differing.length - SHOWN} more filters`), folded);
    differing.forEach((s, k) => {
      const where = k < SHOWN ? root : folded;
      if (s.numbers && s.texts.length > FEW) this.between(where, s, changed);
      else this.choice(where, s.name, s.texts, (v, i) => s.at[i] === v, changed);
    });
    if (differing.length > SHOWN) root.append(more);
  }

  choice(root, name, texts, fits, changed) {
    const select = element("select", {}, element("option", {value: ""}, "all"), ...texts.map((t, k) => element("option", {value: k}, t)));
    select.addEventListener("change", changed);
    root.append(element("label", {}, element("bdi", {}, name), " ", select));
    this.tests.push(() => select.value === "" ? null : i => fits(Number(select.value), i));
    this.resets.push(() => select.value = "");
  }

  between(root, s, changed) {
    const ends = ["from", "to"].map(word => element("input", {type: "number", step: "any", "aria-label": `${s.name} ${word}`, placeholder: word}));
    for (const end of ends) end.addEventListener("input", changed);
    root.append(element("span", {class: "label"}, element("bdi", {}, s.name), " ", ...ends));
    this.tests.push(() => {
      const [low, high] = ends.map(e => e.value === "" ? NaN : Number(e.value));
      return Number.isNaN(low) && Number.isNaN(high) ? null : i => s.at[i] >= 0 && !(s.numbers[s.at[i]] < low) && !(s.numbers[s.at[i]] > high);
    });
    this.resets.push(() => ends.forEach(e => e.value = ""));
  }

  // Hides the rows that a filter leaves out; returns which stay.
  apply() {
    const tests = this.tests.map(t => t()).filter(Boolean);
    const kept = Uint8Array.from(this.rows, (row, i) => tests.every(fits => fits(i)) ? 1 : 0);
    this.rows.forEach((row, i) => row.hidden = !kept[i]);
    return kept;
  }

  reset() {
    for (const undo of this.resets) undo();
  }

  mark(row, before) {
    this.rows[before]?.classList.remove("hot");
    this.rows[row]?.classList.add("hot");
  }
}
