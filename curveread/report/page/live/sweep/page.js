// The page of a sweep: what is coloured, shown and pointed at is so in all charts and in the table at once.

const NAMED = 24;  // more categories than that say nothing side by side

class Page {
  constructor(data) {
    this.sweep = new Sweep(data);
    this.root = document.getElementById("sweep");
    this.banded = false;
    this.source = null;
    document.documentElement.classList.add("live");
    readColours();
    this.table = document.getElementById("runs") ? new Table(this) : null;
    this.colours();
    this.charts();
    this.controls();
    this.listen();
    this.layout();
  }

  $(name) {
    return document.querySelector(`[data-${name}]`);
  }

  colours() {
    const {settings} = this.sweep, select = this.$("colour");
    select.append(...settings.map((s, i) => element("option", {value: i}, s.name)), element("option", {value: ""}, "verdict"));
    select.value = settings.length && !settings[0].seed ? "0" : "";
    const choose = () => {
      this.palette = new Palette(this.sweep, select.value === "" ? null : settings[select.value]);
      this.legend();
    };
    select.addEventListener("change", () => {
      choose();
      this.redraw();
    });
    choose();
  }

  legend() {
    const title = this.palette.setting ? this.palette.setting.name : "verdict";
    this.$("legend").replaceChildren(element("bdi", {class: "of"}, title), ...this.palette.keys(() => this.redraw()));
  }

  charts() {
    const {sweep} = this, {outcome} = sweep.data, plots = this.$("outcomes"), varied = sweep.settings.filter(s => !s.seed && s.texts.length > 1 && (s.numbers || s.texts.length <= NAMED));
    this.outcomes = plots && outcome ? varied.slice(0, 6).map(s => new Outcomes(plots, this, s)) : [];
    if (plots && varied.length > 6) this.fold(plots, varied.slice(6, 30));
    const root = this.$("curves"), {charts} = sweep.data;
    this.lines = !root || !charts.length ? [] : sweep.data.stack ? charts.map(c => new Lines(root, this, [c], element("bdi", {}, c.name))) : [new Lines(root, this, charts)];
    const [low, high] = [Math.min(...this.lines.map(l => l.full[0])), Math.max(...this.lines.map(l => l.full[1]))];
    for (const l of this.lines) [l.full, l.window] = [[low, high], [low, high]];
    plots?.classList.toggle("one", varied.length === 1);
  }

  // Further settings are drawn when they are asked for.
  fold(plots, settings) {
    const root = element("div", {class: "plots"}), more = element("details", {class: "morecharts"}, element("summary", {}, `${settings.length} more settings`), root);
    plots.after(more);
    more.addEventListener("toggle", () => {
      if (root.childElementCount) return;
      this.outcomes.push(...settings.map(s => new Outcomes(root, this, s)));
      this.layout();
    });
  }

  get views() {
    return [...this.outcomes, ...this.lines];
  }

  get drawn() {
    return this.rows ||= [...this.sweep.names.keys()].filter(i => this.sweep.filtered[i] && this.palette.has(i));
  }

  get logOutcome() {
    return this.asked ?? decades(this.sweep.outcome, this.sweep.data.rules);
  }

  // Charts that stand together share a kind of axis; differences have signs.
  logCurves(chart) {
    if (chart.apart) return false;
    const wide = c => c.decades ??= !c.apart && decades(Float64Array.from(c.curves.filter(l => !this.sweep.broken[l.row]).flatMap(l => [...l.y])), this.sweep.data.rules);
    return this.asked ?? (this.lines.length > 1 ? this.lines.some(l => wide(l.chart)) : wide(chart));
  }

  controls() {
    const log = this.$("log"), form = this.$("form"), {outcome} = this.sweep.data;
    log.checked = outcome ? this.logOutcome : this.lines.some(l => this.logCurves(l.chart));
    log.addEventListener("change", () => {
      this.asked = log.checked;
      this.redraw();
    });
    if (form) {
      form.append(...Object.entries(outcome.forms).map(([key, text]) => element("option", {value: key}, text)));
      form.value = this.sweep.form;
      form.addEventListener("change", () => {
        this.sweep.form = form.value;
        this.redraw();
      });
    }
    this.$("clear").addEventListener("click", () => {
      this.table?.reset();
      this.palette.off.clear();
      this.legend();
      this.filter();
    });
    const [first] = this.lines, curve = this.$("curve"), draw = this.$("draw"), bands = this.$("bands"), plain = bands?.textContent;
    if (!first) return;
    curve?.append(...first.charts.map((c, i) => element("option", {value: i}, c.name)));
    curve?.addEventListener("change", () => {
      first.choose(Number(curve.value));
      first.draw();
    });
    draw.addEventListener("change", () => {
      this.banded = draw.value === "groups";
      bands.textContent = this.banded ? "Line: the middle of the runs that have got there; band: from the lowest to the highest of them." : plain;
      for (const l of this.lines) l.draw();
    });
    for (const [name, act] of Object.entries({in: () => first.zoom(0.5), out: () => first.zoom(2), whole: () => first.show(first.full)})) this.$(name).addEventListener("click", act);
  }

  listen() {
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth !== width) this.layout();
      width = innerWidth;
    });
    for (const media of [dark, paper]) media.addEventListener("change", () => {
      readColours();
      this.palette.dip();
      this.legend();
      this.redraw();
    });
  }

  layout() {
    const tall = Math.max(300, Math.min(420, innerHeight * 0.5)), some = this.outcomes.length === 1 ? 300 : 240;
    const sizes = this.views.map(v => [v.frame, Math.floor(v.frame.root.clientWidth), v instanceof Lines ? (this.lines.length > 1 ? 260 : tall) : some]);
    for (const [frame, width, height] of sizes) frame.size(width, height);
    this.redraw();
  }

  redraw() {
    this.rows = null;
    for (const view of this.views) view.draw();
    const n = this.drawn.length, all = n === this.sweep.n;
    this.$("count").textContent = all ? `${count(n)} runs` : `${count(n)} of ${count(this.sweep.n)} runs`;
    this.$("clear").hidden = all;
  }

  filter() {
    if (this.table) this.sweep.filtered = this.table.apply();
    this.redraw();
  }

  // A run is pointed at, in a chart or in the table (source null); −1 for none.
  point(row, source = this.source) {
    this.source = source;
    const before = this.sweep.hot;
    this.sweep.hot = row;
    if (row < 0 && !this.lines.some(l => l.strip)) tip.remove();
    if (source === null) tip.remove();
    this.table?.mark(row, before);
    if (row === before && !(source instanceof Lines) && row < 0) return;
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      for (const view of this.views) view.mark();
    });
  }

  // A finger that is lifted leaves what it pointed at standing.
  left(event) {
    if (event.pointerType === "mouse") this.point(-1);
  }

  // From run to run by keyboard, in the order of the table.
  walk(step, source) {
    const rows = this.drawn, at = rows.indexOf(this.sweep.hot);
    if (!rows.length) return;
    const row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : (at + step + rows.length) % rows.length];
    if (source.at === undefined) source.at = source.window[1];
    this.point(row, source);
    this.$("spoken").textContent = this.sweep.told(row).join("; ");
  }

  goTo(row) {
    if (row < 0 || !this.table) return;
    this.table.rows[row].scrollIntoView({block: "center"});
    this.table.rows[row].querySelector("a")?.focus({preventScroll: true});
  }
}

new Page(JSON.parse(document.getElementById("sweep-data").textContent));
