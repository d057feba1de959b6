// The page: one window over all charts, the controls, the keyboard, findings that can be gone to.

class Page {
  constructor(data) {
    this.data = data;
    this.figure = document.getElementById("charts");
    this.stack = this.figure.querySelector(".stack");
    this.rulers = [new Ruler({name: {seconds: "time", tokens: "tokens", epoch: "epoch"}[data.x.word] || "step", label: data.x.word === "seconds" ? "time" : data.x.label}), ...data.rulers.map(r => new Ruler(r))];
    this.ruler = this.rulers[0];
    this.marks = data.marks;
    this.events = data.events;
    this.chosen = null;
    this.cursor = null;
    this.logY = null;  // each chart as its values ask for
    this.far = false;  // as far as the forecast reaches
    this.panels = data.panels.map(p => new Panel(p, this));
    this.levels = this.smoothings();
    this.level = this.levels[0];
    this.overlay = new Overlay(this);
    this.setFull();
    this.stack.append(this.overlay.root, ...this.panels.filter(p => p.spec.open).map(p => p.root));
    const folded = this.panels.filter(p => !p.spec.open);
    if (folded.length) {
      const more = element("details", {class: "morecharts"}, element("summary", {}, `${folded.length} more ${folded.length > 1 ? "charts" : "chart"}`), ...folded.map(p => p.root));
      this.stack.append(more);
    }
    readColours();
    this.controls();
    this.listen();
    document.documentElement.classList.add("live");
    this.layout();
    this.follow();
  }

  smoothings() {
    const curves = this.panels.flatMap(p => p.curves), weights = new Set(curves.flatMap(c => Object.keys(c.smooth || {})));
    const asked = curves.find(c => c.asked)?.asked;
    const sorted = ["0", ...[...weights].sort((a, b) => a - b)];
    if (asked) return Object.assign(sorted, {start: sorted.indexOf(asked)});
    return curves.some(c => c.trend) ? ["trend", ...sorted] : sorted;
  }

  setFull() {
    const {first, last, ahead} = this.data.x, a = this.ruler.at(first), b = this.ruler.at(this.far ? ahead : last);
    this.full = b > a ? [a, b] : [a - 0.5, a + 0.5];  // a run of one step
    this.ruler.grain = (this.full[1] - this.full[0]) * 1e-4;
    this.window = this.full.slice();
  }

  $(name) {
    return this.figure.querySelector(`[data-${name}]`);
  }

  controls() {
    const axis = this.$("axis"), slider = this.$("smooth");
    axis.append(...this.rulers.map((r, i) => element("option", {value: i}, r.label)));
    axis.closest("label").hidden = this.rulers.length < 2;
    axis.addEventListener("change", () => this.count(this.rulers[axis.value]));
    slider.max = this.levels.length - 1;
    slider.value = this.levels.start || 0;
    slider.closest("label").hidden = this.levels.length < 2;
    const smooth = () => {
      this.level = this.levels[slider.value];
      const text = this.level === "trend" ? "trend" : this.level === "0" ? "none" : this.level;
      this.$("weight").textContent = text;
      slider.setAttribute("aria-valuetext", text);
    };
    slider.addEventListener("input", () => {
      smooth();
      this.redraw();
    });
    smooth();
    this.$("log").checked = this.panels.some(p => p.spec.open && p.spec.log && p.spec.height > 1);
    this.$("log").closest("label").hidden = !this.panels.some(p => p.spec.log || p.wide);
    this.$("log").addEventListener("change", event => {
      this.logY = event.target.checked;
      this.layout();
    });
    this.$("ahead").closest("label").hidden = !(this.data.x.ahead > this.data.x.end);
    this.$("ahead").addEventListener("change", event => {
      this.far = event.target.checked;
      this.setFull();
      this.show(this.full, true);
    });
    for (const [name, act] of Object.entries({
      in: () => this.zoom(0.5), out: () => this.zoom(2), left: () => this.pan(-0.3), right: () => this.pan(0.3), whole: () => this.whole(),
    })) this.$(name).addEventListener("click", act);
  }

  // Another ruler, the same stretch of the run.
  count(ruler) {
    const whole = this.isWhole, steps = this.window.map(x => this.ruler.step(x));
    this.ruler = ruler;
    for (const panel of this.panels) for (const c of panel.curves) c.measure(ruler);
    this.setFull();
    if (!whole) this.show(steps.map(s => ruler.at(s)));
    this.layout();
  }

  get isWhole() {
    return this.window[0] === this.full[0] && this.window[1] === this.full[1];
  }

  // The whole stack made anew: after a change of size, axis or scale.
  layout() {
    const width = Math.floor(this.stack.clientWidth);
    if (!width) return;
    this.width = width;
    const open = this.panels.filter(p => p.root.open && (!p.root.parentElement.closest("details") || p.root.parentElement.closest("details").open));
    for (const p of this.panels) {
      p.log = this.logY === null ? p.spec.log : this.logY && p.positive;
      if (open.includes(p)) p.build(width, p === open[open.length - 1]);
    }
    for (const p of open) p.root.style.setProperty("--title", `${p.root.querySelector(".title").offsetWidth}px`);
    this.show(this.window, true);
  }

  redraw(panel) {
    for (const p of panel ? [panel] : this.panels) p.plot?.setScale("x", {min: this.window[0], max: this.window[1]});
    for (const p of panel ? [panel] : this.panels) p.plot?.redraw(false, true);
    this.read(this.cursor);
  }

  // Shows a window of the axis, held inside the run and wide enough to be one.
  show([low, high], force = false) {
    const [first, last] = this.full, least = (last - first) * 1e-7 + Number.EPSILON * Math.abs(last) * 64;
    const wide = Math.min(Math.max(high - low, least), last - first);
    low = Math.min(Math.max((low + high - wide) / 2, first), last - wide);
    const window = wide >= last - first ? this.full.slice() : [low, low + wide];
    if (!force && window[0] === this.window[0] && window[1] === this.window[1]) return;
    this.window = window;
    for (const p of this.panels) p.plot?.setScale("x", {min: window[0], max: window[1]});
    this.overlay.draw(this.width);
    this.$("whole").disabled = this.$("out").disabled = this.$("left").disabled = this.$("right").disabled = this.isWhole;
    if (this.cursor === null) this.read(null);
    this.figure.dataset.window = this.window.map(x => this.ruler.step(x)).join(" ");
  }

  zoom(factor, centre = this.cursor !== null ? this.ruler.at(this.cursor) : null) {
    const [low, high] = this.window, at = centre !== null && centre >= low && centre <= high ? centre : (low + high) / 2;
    this.show([at - (at - low) * factor, at + (high - at) * factor]);
  }

  pan(share) {
    const [low, high] = this.window, by = Math.min(Math.max(share * (high - low), this.full[0] - low), this.full[1] - high);
    this.show([low + by, high + by]);
  }

  whole() {
    this.chosen = null;
    this.$("chosen").hidden = true;
    for (const card of document.querySelectorAll(".card.chosen")) card.classList.remove("chosen");
    this.show(this.full, true);
  }

  selected(u) {
    const {left, width} = u.select;
    if (width < 4) return;
    const range = [u.posToVal(left, "x"), u.posToVal(left + width, "x")];
    u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
    this.show(range);
  }

  hover(u) {
    if (this.reading) return;
    const {left} = u.cursor;
    this.pending = left === null || left === undefined || left < 0 ? null : this.snapped(this.ruler.step(u.posToVal(left, "x")));
    if (!this.waiting) {
      this.waiting = true;
      requestAnimationFrame(() => {
        this.waiting = false;
        this.read(this.pending);
      });
    }
  }

  get lead() {
    const shown = this.panels.filter(p => p.plot).flatMap(p => p.visible).filter(c => c.step.length);
    return shown.find(c => !c.eval) || shown[0];
  }

  snapped(step) {
    const steps = this.lead?.step;
    return steps ? steps[nearest(steps, step)] : Math.round(step);
  }

  read(step) {
    this.cursor = step;
    for (const p of this.panels) p.read(step, this.level);
    const [low, high] = this.window, here = x => this.ruler.text(x), end = this.ruler.at(this.data.x.end);
    this.$("readout").textContent = step === null ? (this.data.x.first === this.data.x.last ? here(this.data.x.first) : `${here(low)} to ${here(Math.min(high, end))}${high > end ? " and forecast" : ""}`)
      : this.rulers.map(r => r.text(r.at(step))).join(" · ");
  }

  // Moves the reading line by keyboard.
  point(step) {
    this.reading = true;
    for (const p of this.panels) if (p.plot) p.plot.setCursor({left: p.plot.valToPos(this.ruler.at(step), "x"), top: 10}, false);
    this.reading = false;
    this.read(step);
    const values = this.panels.filter(p => p.plot).flatMap(p => p.visible.map(c => `${c.label} ${c.output.textContent}`));
    this.$("spoken").textContent = `${this.$("readout").textContent}: ${values.slice(0, 12).join(", ")}`;
  }

  walk(direction) {
    const lead = this.lead;
    if (!lead) return;
    const [low, high] = this.window, least = (high - low) / 300;
    let i = nearest(lead.x, this.cursor === null ? (direction > 0 ? low : high) : this.ruler.at(this.cursor));
    if (this.cursor !== null) {
      const from = lead.x[i];
      do i += direction; while (lead.x[i] !== undefined && (Math.abs(lead.x[i] - from) < least || Number.isNaN(lead.value[i])));
    }
    i = Math.min(Math.max(i, 0), lead.x.length - 1);
    if (lead.x[i] > high || lead.x[i] < low) this.pan(direction * 0.3);
    this.point(lead.step[i]);
  }

  // Goes to a finding: the charts show it, with as much around it as it is long.
  choose(mark, {push = false} = {}) {
    this.chosen = mark;
    const [a, b] = [this.ruler.at(mark.first), this.ruler.at(mark.last)], run = this.full[1] - this.full[0];
    const around = Math.max((b - a) > run / 3 ? 0.12 * (b - a) : b - a, this.spacing(mark) * 28);
    if (push) history.pushState(null, "", `#finding-${mark.n}`);
    const panel = this.panels[mark.home];
    if (panel && !panel.root.open) panel.root.open = true;
    const folded = panel?.root.parentElement.closest("details");
    if (folded) folded.open = true;
    panel?.turn(panel.curves.filter(c => c.tag === mark.tag), true);
    this.show([a - around, b + around], true);
    const line = this.$("chosen");
    line.hidden = false;
    line.replaceChildren(element("span", {class: `no ${mark.severity}`}, String(mark.n)), element("span", {}, element("b", {}, `${mark.word}: `), element("bdi", {}, mark.message), " ",
      element("a", {href: `#finding-${mark.n}`, "data-card": mark.n}, "What to do")));
    for (const card of document.querySelectorAll(".card")) card.classList.toggle("chosen", card.id === `finding-${mark.n}`);
  }

  // Scrolls to the charts, and on to the one that shows a finding where it would stand below the window.
  bring(mark) {
    this.figure.scrollIntoView();
    const home = this.panels[mark.home]?.root, box = home?.getBoundingClientRect();
    if (box && box.bottom > innerHeight) home.scrollIntoView({block: box.height < innerHeight ? "end" : "start"});
  }

  // Shows the panel of a curve with the reading line at a step; false for a curve that has none.
  look(tag, step) {
    const panel = tag && this.panels.find(p => p.curves.some(c => c.tag === tag));
    if (!panel) return false;
    panel.root.closest("details.morecharts")?.setAttribute("open", "");
    panel.root.open = true;
    this.layout();
    const [low, high] = this.window, at = this.ruler.at(step);
    if (at < low || at > high) this.show([Math.min(low, at), Math.max(high, at)], true);
    requestAnimationFrame(() => this.point(step));  // when the plots have taken the window
    panel.root.scrollIntoView({block: "center"});
    return true;
  }

  spacing(mark) {
    const c = this.panels[mark.home]?.visible[0] || this.lead;
    return c && c.step.length > 1 ? (this.full[1] - this.full[0]) / c.points : 0;
  }

  next(direction) {
    if (!this.marks.length) return;
    const i = this.marks.indexOf(this.chosen);
    const n = this.marks.length;
    this.choose(this.marks[i < 0 ? (direction > 0 ? 0 : n - 1) : (i + direction + n) % n], {push: true});
  }

  follow() {
    const number = Number((/^#finding-(\d+)$/.exec(location.hash) || [])[1]), mark = this.marks.find(m => m.n === number);
    if (!mark) return;
    this.choose(mark);
    // the browser goes to the finding's card when the page is loaded: the charts have the last word
    const look = () => requestAnimationFrame(() => this.bring(mark));
    document.readyState === "complete" ? look() : addEventListener("load", () => setTimeout(look));
  }

  listen() {
    new ResizeObserver(() => {
      if (Math.floor(this.stack.clientWidth) !== this.width) this.layout();
    }).observe(this.stack);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      readColours();
      this.layout();
    });
    addEventListener("hashchange", () => this.follow());
    this.figure.querySelector(".morecharts")?.addEventListener("toggle", () => this.layout());
    document.addEventListener("click", event => {
      const link = event.target.closest?.("a[data-chart], a[data-card]");
      if (!link) return;
      event.preventDefault();
      if (link.dataset.card) {
        const card = document.getElementById(`finding-${link.dataset.card}`);
        card.closest("details")?.setAttribute("open", "");
        card.scrollIntoView();
        card.querySelector("a")?.focus({preventScroll: true});
        return;
      }
      const mark = this.marks.find(m => m.n === Number(link.dataset.chart));
      if (mark) {
        this.choose(mark, {push: true});
        this.look(link.dataset.curve, Number(link.dataset.at ?? mark.first)) || this.bring(mark);
      }
    });
    this.stack.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = {
        ArrowRight: () => event.shiftKey ? this.pan(0.2) : this.walk(1), ArrowLeft: () => event.shiftKey ? this.pan(-0.2) : this.walk(-1),
        "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), 0: () => this.whole(), Escape: () => this.whole(),
        Home: () => this.point(this.lead.step[0]), End: () => this.point(this.lead.step[this.lead.step.length - 1]),
        n: () => this.next(1), p: () => this.next(-1),
      }[event.key];
      if (!act || (!this.lead && ["Home", "End"].includes(event.key))) return;
      event.preventDefault();
      act();
    });
  }

  // Panning and pinching on a chart.
  attach(over) {
    over.style.touchAction = "pan-y";
    const width = () => over.clientWidth, held = new Map();
    let before = null;
    over.addEventListener("pointerdown", event => {
      held.set(event.pointerId, event.clientX);
      if (event.pointerType === "mouse" && (event.shiftKey || event.button === 1)) {
        before = {x: event.clientX, window: this.window.slice()};
        over.setPointerCapture(event.pointerId);
        event.preventDefault();
      }
      if (held.size === 2) before = {pinch: [...held.values()], window: this.window.slice(), box: over.getBoundingClientRect()};
    });
    over.addEventListener("pointermove", event => {
      if (!held.has(event.pointerId)) return;
      held.set(event.pointerId, event.clientX);
      if (!before) return;
      const [low, high] = before.window, unit = (high - low) / width();
      if (before.pinch && held.size === 2) {
        const [a, b] = before.pinch.map(x => low + (x - before.box.left) * unit), [p, q] = [...held.values()].map(x => x - before.box.left);
        if (Math.abs(p - q) < 10) return;
        const scale = (b - a) / (q - p), start = a - p * scale;
        this.show([start, start + width() * scale]);
      } else if (before.x !== undefined) {
        const by = Math.min(Math.max((before.x - event.clientX) * unit, this.full[0] - low), this.full[1] - high);
        this.show([low + by, high + by]);
      }
    });
    for (const name of ["pointerup", "pointercancel"]) over.addEventListener(name, event => {
      held.delete(event.pointerId);
      before = null;
    });
    over.addEventListener("wheel", event => {
      const side = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        const share = (event.clientX - over.getBoundingClientRect().left) / width();
        this.zoom(Math.exp(Math.min(Math.max(event.deltaY, -100), 100) / 200), this.window[0] + share * (this.window[1] - this.window[0]));
      } else if (Math.abs(side) > Math.abs(event.shiftKey ? 0 : event.deltaY) && !this.isWhole) {
        this.pan(side / width());
      } else return;
      event.preventDefault();
    }, {passive: false});
  }
}

try {
  new Page(JSON.parse(document.getElementById("chart-data").textContent));
} catch (error) {
  document.documentElement.classList.remove("live");  // the still pictures stay
  throw error;
}
