// All curves of a kind on one chart: every run, or a band for each colour.

const KNOTS = 160;

class Lines {
  // Draws one of the charts; all at once stand below each other and share their window.
  constructor(root, page, charts, title = "") {
    this.page = page;
    this.frame = new Frame(root, {title, label: title || "Curves of all runs"});
    this.frame.box.setAttribute("tabindex", "0");
    this.frame.box.setAttribute("role", "group");
    this.frame.box.setAttribute("aria-label", "Curves; left and right arrow go from run to run");
    this.charts = charts.map(c => this.unpacked(c));
    this.choose(0);
    this.listen();
  }

  unpacked(chart) {
    const row = unpack(chart.row), size = unpack(chart.size), step = unpack(chart.step), value = unpack(chart.value);
    const [low, high] = [chart.low, chart.high].map(t => t ? unpack(t) : null);
    let from = 0;
    const curves = Array.from(row, (r, i) => {
      const until = from + size[i], curve = {row: r, x: step.subarray(from, until), y: value.subarray(from, until)};
      if (low) Object.assign(curve, {low: low.subarray(from, until), high: high.subarray(from, until)});
      from = until;
      return curve;
    });
    return {name: chart.name, apart: Boolean(low), curves};
  }

  choose(i) {
    this.chart = this.charts[i];
    const ends = this.chart.curves.filter(c => c.x.length);
    this.full = [Math.min(...ends.map(c => c.x[0])), Math.max(...ends.map(c => c.x[c.x.length - 1]))];
    if (!(this.full[1] > this.full[0])) this.full = [this.full[0] - 0.5, this.full[0] + 0.5];
    this.window = this.full.slice();
  }

  listen() {
    const {over} = this.frame, {page} = this;
    let from = null;
    over.addEventListener("pointerdown", e => {
      from = this.frame.where(e)[0];
      over.setPointerCapture(e.pointerId);
      page.point(this.nearest(e));
    });
    over.addEventListener("pointermove", e => {
      const x = this.frame.where(e)[0];
      if (from === null || Math.abs(x - from) < 5 * this.frame.ratio) return page.point(this.nearest(e));
      this.drag = [from, x];
      this.mark();
    });
    over.addEventListener("pointerup", () => {
      if (this.drag) this.show(this.drag.map(x => this.place.low + (x - this.place.left) / this.place.width * this.place.wide).sort((a, b) => a - b));
      from = this.drag = null;
    });
    over.addEventListener("pointercancel", () => { from = this.drag = null; });
    over.addEventListener("pointerleave", e => page.left(e));
    over.addEventListener("dblclick", () => this.show(this.full));
    this.frame.box.addEventListener("keydown", e => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[e.key];
      if (e.key === "+" || e.key === "-") this.zoom(e.key === "+" ? 0.5 : 2);
      else if (e.key === "0") this.show(this.full);
      else if (e.key === "Enter") page.goTo(page.sweep.hot);
      else if (step) page.walk(step, this);
      else return;
      e.preventDefault();
    });
  }

  show([low, high]) {
    const [first, last] = this.full, wide = Math.min(Math.max(high - low, (last - first) * 1e-6), last - first);
    low = Math.min(Math.max((low + high - wide) / 2, first), last - wide);
    for (const other of this.page.lines) {
      other.window = [low, low + wide];
      other.draw();
    }
  }

  zoom(factor) {
    const [low, high] = this.window, middle = (low + high) / 2;
    this.show([middle - (middle - low) * factor, middle + (high - middle) * factor]);
  }

  get bands() {
    return this.page.banded && !this.chart.apart;
  }

  get shown() {
    const drawn = new Set(this.page.drawn);
    return this.chart.curves.filter(c => c.x.length && drawn.has(c.row));
  }

  draw() {
    const {frame, page} = this, {sweep} = page, ctx = frame.clear(), shown = this.shown, log = page.logCurves(this.chart);
    const values = broken => {
      const parts = shown.filter(c => sweep.broken[c.row] === broken).flatMap(c => [c.y, c.low, c.high].filter(Boolean).map(v => v.subarray(...within(c.x, ...this.window))));
      const out = new Float64Array(parts.reduce((n, p) => n + p.length, 0));
      parts.reduce((n, p) => (out.set(p, n), n + p.length), 0);
      return out;
    };
    const y = heights(values(0), values(1), log, sweep.data.rules), place = frame.lay(this.window, y, log);
    this.place = place;
    const axis = new Ruler({name: {epoch: "epoch", tokens: "tokens", seconds: "time"}[sweep.data.axis] || "step"});
    if (sweep.data.axis === "share") axis.text = x => `${number(x, 3)} % of the run`;
    this.ruler = axis;
    frame.axes(ctx, xTicks(axis, ...this.window, place.width / place.ratio), yTicks(...y, log, place.height / place.ratio));
    if (this.chart.apart) this.zero(ctx);
    frame.root.dataset.window = this.window.join(" ");
    frame.root.dataset.drawn = shown.length;
    pen(ctx, place, 0, () => this.bands ? this.drawBands(ctx, shown) : this.drawRuns(ctx, shown));
    this.mark();
  }

  // Where a run is like the one that it is measured against.
  zero(ctx) {
    const {place} = this, y = place.y(0);
    ctx.strokeStyle = colours.soft;
    ctx.lineWidth = place.ratio;
    ctx.beginPath();
    ctx.moveTo(place.left, y);
    ctx.lineTo(place.left + place.width, y);
    ctx.stroke();
  }

  drawRuns(ctx, shown) {
    const {place, page} = this, many = shown.length, few = page.sweep.data.stack;
    this.strips = null;
    ctx.globalAlpha = 0.16;
    for (const c of shown) if (c.low) {
      ctx.fillStyle = page.palette.ink(c.row);
      band(ctx, place, c.x, c.low, c.high);
    }
    ctx.lineWidth = (few ? 1.8 : many > 100 ? 1 : 1.4) * place.ratio;
    ctx.globalAlpha = few ? 1 : many > 300 ? 0.3 : many > 60 ? 0.5 : 0.8;
    const broken = many > 300 ? [] : [4, 3];
    for (const c of shown) {
      ctx.strokeStyle = page.palette.ink(c.row);
      ctx.setLineDash((few ? page.palette.classes[page.palette.at[c.row]].dash || [] : page.sweep.broken[c.row] ? broken : []).map(n => n * place.ratio));
      line(ctx, place, c.x, c.y);
    }
    ctx.setLineDash([]);
  }

  // For each colour, from knot to knot over the window: the middle of the runs that have got there, the lowest, the highest.
  drawBands(ctx, shown) {
    const {place, page} = this, [low, high] = this.window;
    const x = Float64Array.from({length: KNOTS}, (_, k) => low + (high - low) * k / (KNOTS - 1));
    this.strips = page.palette.classes.map((c, k) => {
      const curves = shown.filter(s => page.palette.at[s.row] === k), out = {name: c.name, ink: page.palette.inks[k], curves: curves.length, x};
      for (const part of ["low", "middle", "high"]) out[part] = new Float64Array(KNOTS).fill(NaN);
      x.forEach((at, j) => {
        const here = Float64Array.from(curves, s => between(s, at)).filter(v => !Number.isNaN(v)).sort(), n = here.length;
        if (n) [out.low[j], out.middle[j], out.high[j]] = [here[0], (here[(n - 1) >> 1] + here[n >> 1]) / 2, here[n - 1]];
      });
      return out;
    }).filter(s => s.curves);
    for (const s of this.strips) {
      ctx.fillStyle = ctx.strokeStyle = s.ink;
      ctx.globalAlpha = 0.16;
      const good = [...x.keys()].filter(j => !Number.isNaN(s.middle[j])), pick = v => Float64Array.from(good, j => v[j]);
      if (good.length > 1) band(ctx, place, pick(x), pick(s.low), pick(s.high));
    }
    ctx.globalAlpha = 1;
    ctx.lineWidth = 2 * place.ratio;
    for (const s of this.strips) {
      ctx.strokeStyle = s.ink;
      line(ctx, place, x, s.middle);
    }
  }

  // The curve nearest to the pointer, at the pointer's step.
  nearest(event) {
    const [px, py] = this.frame.where(event), {place} = this;
    this.page.source = this;
    this.strip = null;
    if (!place || px < place.left - 8 || px > place.left + place.width + 8) return -1;
    const at = place.low + (px - place.left) / place.width * place.wide;
    let best = -1, least = 40 * place.ratio;
    const tried = this.strips ? this.strips.map((s, k) => [k, s.middle[nearest(s.x, at)]]) : this.shown.map(c => [c.row, at < c.x[0] || at > c.x[c.x.length - 1] ? NaN : between(c, at)]);
    for (const [which, value] of tried) {
      const far = Math.abs(place.y(value) - py);
      if (far < least) [best, least] = [which, far];
    }
    this.at = at;
    if (!this.strips) return best;
    this.strip = best < 0 ? null : this.strips[best];
    return -1;
  }

  mark() {
    const {frame, page, place} = this, ctx = frame.clear(frame.over), hot = page.sweep.hot;
    if (!place) return;
    if (this.drag) {
      const [a, b] = this.drag;
      ctx.fillStyle = colours.ink;
      ctx.globalAlpha = 0.1;
      ctx.fillRect(Math.min(a, b), place.top, Math.abs(b - a), place.height);
      ctx.globalAlpha = 1;
      return;
    }
    if (this.strip && page.source === this) return this.sayStrip();
    const curve = hot < 0 ? null : this.chart.curves.find(c => c.row === hot && c.x.length);
    if (!curve) return;
    pen(ctx, place, 4, () => {
      ctx.strokeStyle = colours.paper;
      ctx.lineWidth = 5 * place.ratio;
      line(ctx, place, curve.x, curve.y);
      ctx.strokeStyle = page.palette.ink(hot);
      ctx.lineWidth = 2.6 * place.ratio;
      line(ctx, place, curve.x, curve.y);
      if (page.source !== this || this.at === undefined) return;
      const i = nearest(curve.x, this.at), x = place.x(curve.x[i]), y = place.y(curve.y[i]);
      ctx.fillStyle = colours.ink;
      spot(ctx, x, y, 3.5 * place.ratio, false);
      frame.say([page.sweep.names[hot], `${this.chart.name} ${number(curve.y[i])}${curve.low ? ` (${number(curve.low[i])} to ${number(curve.high[i])})` : ""} at ${this.ruler.text(curve.x[i])}`, ...page.sweep.told(hot).slice(1)], x, Number.isFinite(y) ? y : place.top);
    });
  }

  sayStrip() {
    const s = this.strip, j = nearest(s.x, this.at);
    this.frame.say([s.name, `${s.curves === 1 ? "1 run" : `${s.curves} runs`} at ${this.ruler.text(Math.round(s.x[j]))}`, `middle ${number(s.middle[j])}, ${number(s.low[j])} to ${number(s.high[j])}`], this.place.x(s.x[j]), this.place.y(s.middle[j]));
  }
}

// The value of a curve at a step, on the straight line between its points; NaN beyond its ends and in its gaps.
function between({x, y}, at) {
  const i = position(x, at), last = x.length - 1;
  if (i > last || at < x[0]) return NaN;
  if (x[i] === at || i === 0) return y[i];
  const share = (at - x[i - 1]) / (x[i] - x[i - 1]);
  return y[i - 1] + share * (y[i] - y[i - 1]);
}
