// One chart of the stack: heading with keys that hide curves and read values, uPlot's canvas under it.

const GUTTER = 58;

class Curve {
  constructor(spec) {
    Object.assign(this, spec);
    this.step = unpack(spec.step);
    this.value = unpack(spec.value);
    if (spec.knots) {
      this.knots = unpack(spec.knots);
      this.smooth = Object.fromEntries(Object.entries(spec.smooth).map(([w, v]) => [w, v]));
      for (const name of ["trend", "low", "high"]) if (spec[name]) this[name] = unpack(spec[name]);
    }
    if (spec.fan) [this.ahead, this.low80, this.mid80, this.high80] = spec.fan.map(unpack);
    this.measure(null);
  }

  measure(ruler) {
    const turn = xs => !ruler || !ruler.from ? xs : xs.map(s => ruler.at(s));
    this.x = turn(this.step);
    this.kx = this.knots && turn(this.knots);
    this.fx = this.ahead && turn(this.ahead);
  }

  // How many points stand between two that are drawn, in a window where that can be seen; 0 where every one is drawn.
  joined(ruler, low, high, across) {
    if (!this.complete || this.complete.some(([a, b]) => ruler.at(a) <= low && high <= ruler.at(b))) return 0;
    const inside = (a, b) => position(this.step, b + 1e-9 * Math.abs(b)) - position(this.step, a);
    const whole = this.complete.reduce((n, [a, b]) => n + inside(a, b), 0);
    const every = 2 * (this.points - whole) / Math.max(this.step.length - whole, 1);
    return every > 2 && every * across / this.points > 1 ? 2 * Math.round(every / 2) : 0;
  }

  // The strong line over the faint one: the trend, or the values smoothed with a weight; null for the log as it is.
  strong(level) {
    if (level === "trend") return this.trend && !this.asked ? this.trend : null;
    if (level === "0" || !this.knots || !(level in this.smooth)) return null;
    if (typeof this.smooth[level] === "string") this.smooth[level] = unpack(this.smooth[level]);
    return this.smooth[level];
  }
}

class Panel {
  constructor(spec, page) {
    this.page = page;
    this.spec = spec;
    this.log = spec.log;
    this.curves = spec.curves.map(c => new Curve(c));
    this.root = element("details", {class: "panel"});
    this.root.open = spec.open;
    this.unit = element("small", {});
    this.root.append(element("summary", {}, element("span", {class: "title"}, spec.title, " ", this.unit)));
    this.keys = element("div", {class: "keys"});
    this.canvas = element("div", {class: "plot"});
    this.root.append(this.keys, this.canvas);
    this.buildKeys();
    this.root.addEventListener("toggle", () => page.layout());
  }

  buildKeys() {
    const shown = this.curves.filter(c => c.on), more = this.curves.filter(c => !c.on);
    this.keys.append(...shown.map(c => this.key(c)), ...this.curves.filter(c => c.ahead).map(c => this.foretold(c)));
    if (more.length) {
      const folded = element("details", {class: "more"}, element("summary", {}, `${more.length} more ${more.length === 1 ? "curve" : "curves"}`));
      for (const [name, of] of this.families()) folded.append(...this.family(name, of));
      folded.append(element("div", {class: "keys"}, ...more.filter(c => !c.button).map(c => this.key(c))));
      this.keys.append(folded);
    }
    this.joined = element("span", {class: "joined"});
    this.keys.append(this.joined);
  }

  // Curves whose names differ in a number alone: layers/0/norm, layers/1/norm …
  families() {
    const all = new Map();
    for (const c of this.curves) {
      const name = c.tag.replace(/\d+/g, "*");
      all.set(name, [...(all.get(name) || []), c]);
    }
    return [...all].filter(([, of]) => of.length > 2 && of.some(c => !c.on));
  }

  // One button shows all of a family, and again those that were chosen.
  family(name, of) {
    const chosen = of.filter(c => c.on), button = element("button", {type: "button", class: "all", "aria-pressed": "false"}, `Show all ${of.length}`);
    button.addEventListener("click", () => {
      const all = button.getAttribute("aria-pressed") === "false";
      button.setAttribute("aria-pressed", String(all));
      this.turn(of, all);
      if (!all) this.turn(chosen, true);
    });
    return [element("div", {class: "family"}, element("bdi", {}, name), " ", button), element("div", {class: "keys"}, ...of.filter(c => !c.button).map(c => this.key(c)))];
  }

  foretold(curve) {
    const stroke = shape("path", {d: "M1 5h20", class: "cr-s", "stroke-width": 2.2, "stroke-dasharray": this.page.data.rules.forecast.join(" ")});
    return element("span", {class: "key"}, shape("svg", {width: 22, height: 10, "aria-hidden": "true", class: `cr-${curve.ink}`}, stroke), "forecast, 80 %");
  }

  key(curve) {
    const dash = curve.dash.length ? curve.dash.join(" ") : "none";
    const sample = document.createElementNS(SVG, "svg");
    for (const [k, v] of [["width", 22], ["height", 10], ["aria-hidden", "true"], ["class", `cr-${curve.ink}`]]) sample.setAttribute(k, v);
    const stroke = document.createElementNS(SVG, "path");
    for (const [k, v] of [["d", "M1 5h20"], ["class", "cr-s"], ["stroke-width", 2.2], ["stroke-dasharray", dash]]) stroke.setAttribute(k, v);
    sample.append(stroke);
    if (curve.eval) {
      const dot = document.createElementNS(SVG, "circle");
      for (const [k, v] of [["cx", 11], ["cy", 5], ["r", 3], ["class", "cr-f"]]) dot.setAttribute(k, v);
      sample.append(dot);
    }
    curve.output = element("output", {"aria-live": "off"});
    const button = element("button", {type: "button", class: "key", "aria-pressed": String(curve.on), title: `${curve.tag}: show or hide`}, sample, element("bdi", {}, curve.label), curve.output);
    curve.button = button;
    button.addEventListener("click", () => this.turn([curve], !curve.on));
    return button;
  }

  // Shows or hides curves.
  turn(curves, on) {
    for (const c of curves) {
      c.on = on;
      c.button.setAttribute("aria-pressed", String(on));
    }
    this.page.redraw(this);
  }

  // Whether a logarithmic axis can show the curves: all but a few of their values are positive.
  get positive() {
    return this.visible.length > 0 && this.visible.every(c => c.value.length && c.value.filter(v => v <= 0).length <= 0.02 * c.value.length);
  }

  // Whether it would help: their values span more than a decade.
  get wide() {
    return this.positive && this.visible.some(c => {
      const seen = c.value.filter(v => v > 0 && Number.isFinite(v)).sort();
      return seen[Math.floor(0.98 * (seen.length - 1))] > 10 * seen[Math.ceil(0.02 * (seen.length - 1))];
    });
  }

  get visible() {
    return this.curves.filter(c => c.on);
  }

  // (Re)makes uPlot's chart: its scales cannot turn logarithmic later.
  build(width, last) {
    this.plot?.destroy();
    this.plot = null;
    this.last = last;
    this.unit.textContent = [this.spec.unit, this.log && "log scale"].filter(Boolean).join(", ");
    if (!this.root.open) return;
    const page = this.page, height = Math.round(this.spec.height * (width < 620 ? 74 : 96)) + (last ? 40 : 8);
    const axis = {font: FONT, ticks: {show: false}, stroke: () => colours.soft, grid: {stroke: () => colours.grid, width: 1}};
    const options = {
      width, height, padding: [8, MARGIN, last ? 0 : 4, 0], legend: {show: false}, pxAlign: 0,
      scales: {x: {time: false, range: (_, low, high) => [low, high]}, y: {distr: this.log ? 3 : 1, range: () => this.range()}},
      axes: [
        {...axis, size: last ? 34 : 0, gap: 6, splits: (u, i, low, high) => xTicks(page.ruler, low, high, u.bbox.width / devicePixelRatio).map(t => t.at),
          values: (u, splits) => last ? xTicks(page.ruler, u.scales.x.min, u.scales.x.max, u.bbox.width / devicePixelRatio).map(t => t.text) : splits.map(() => ""),
          filter: (u, splits) => splits},
        {...axis, size: GUTTER, gap: 8, splits: (u, i, low, high) => yTicks(low, high, this.log, u.bbox.height / devicePixelRatio).map(t => t.at),
          values: (u) => yTicks(u.scales.y.min, u.scales.y.max, this.log, u.bbox.height / devicePixelRatio).map(t => t.text),
          filter: (u, splits) => splits},
      ],
      cursor: {y: false, points: {show: false}, drag: {x: true, y: false, setScale: false, dist: 4}, focus: {prox: -1},
        sync: {key: "curveread", setSeries: false, scales: ["x", null]}, bind: {dblclick: () => () => page.whole(), mousedown: (u, t, handler) => e => e.shiftKey || e.button ? null : handler(e)}},
      series: [{}, {paths: () => null, points: {show: false}}],
      hooks: {
        draw: [u => this.draw(u)],
        setCursor: [u => page.hover(u)],
        setSelect: [u => page.selected(u)],
      },
    };
    this.plot = new uPlot(options, [page.window.slice(), [1, 2]], this.canvas);
    this.plot.root.querySelector("canvas").setAttribute("aria-hidden", "true");
    page.attach(this.plot.over);
  }

  range() {
    const [low, high] = this.page.window, parts = [];
    for (const c of this.visible) {
      const [a, b] = within(c.x, low, high);
      parts.push(c.value.slice(a, b));
      const strong = c.strong(this.page.level);
      if (strong) {
        const [d, e] = within(c.kx, low, high);
        parts.push(strong.slice(d, e));
      }
      if (c.ahead && c.fx[0] < high) for (const ends of [c.low80, c.high80]) parts.push(Float64Array.from([...c.fx.filter(x => x > low && x < high), Math.max(low, c.fx[0]), high], x => straight(c.fx, ends, x, 0)));
    }
    const [least, most] = this.told();
    let [bottom, top] = reach(parts, this.log, this.page.data.rules);
    // The finding that was gone to is shown whole, a spike of one point too; not where all else would become a line.
    if ((least < bottom || most > top) && Math.max(most, top) - Math.min(least, bottom) < 1000 * (top - bottom))
      [bottom, top] = reach([[Math.min(least, bottom), Math.max(most, top)]], this.log, this.page.data.rules);
    this.root.dataset.reach = `${bottom} ${top}`;
    return [bottom, top];
  }

  // Lowest and highest value of the chosen finding in its curve.
  told() {
    const m = this.page.chosen, c = m && this.page.panels[m.home] === this && this.visible.find(o => o.tag === m.tag);
    if (!c) return [Infinity, -Infinity];
    const values = c.value.slice(position(c.step, m.first), position(c.step, m.last + 1e-9 * Math.abs(m.last)) + 1);
    const good = [...values, ...(m.peak ? [m.peak[1]] : [])].filter(v => Number.isFinite(v) && (!this.log || v > 0));
    return [good.reduce((a, b) => Math.min(a, b), Infinity), good.reduce((a, b) => Math.max(a, b), -Infinity)];
  }

  // Says so where a line joins the extremes of stretches, so wide that they can be told apart.
  joins() {
    const {window: [low, high], full} = this.page, width = this.plot.bbox.width / devicePixelRatio;
    const of = this.visible.map(c => c.joined(this.page.ruler, low, high, width / (high - low) * (full[1] - full[0]))).filter(Boolean);
    this.joined.textContent = of.length ? `joins the lowest and highest of every ${count(Math.max(...of))} points` : "";
  }

  draw(u) {
    const {ctx} = u, {page} = this, place = new Place(u, this.log), {char, line: tall, samples} = page.data.rules;
    const home = page.marks.filter(m => page.panels[m.home] === this);
    this.joins();
    const width = place.width / place.ratio, height = place.height / place.ratio, busy = [];
    const share = step => Math.min(Math.max((page.ruler.at(step) - place.low) / place.wide, 0), 1);
    pen(ctx, place, 0, () => {
      this.drawMarks(ctx, place, home);
      for (const c of this.visible) this.drawCurve(ctx, place, c);
    });
    pen(ctx, place, 7, () => {
      const spots = this.drawSpots(ctx, place, home);
      if (spots.length) for (const c of this.visible) {
        const strong = c.strong(page.level);
        for (const n of texture(...shares(place, strong ? c.kx : c.x, strong || c.value), width, height, samples)) busy.push(n);
      }
      const blanks = gapNotes(this.spec.gaps.map(([first, last]) => [share(first), share(last)]), width, height, char, page.data.rules);
      for (const note of [...blanks, ...beside(spots, width, height, char, tall, busy, blanks)]) if (note) written(ctx, place, note);
    });
  }

  // Behind the curves: how far findings reach, where they and restarts begin, where there are no numbers.
  drawMarks(ctx, place, home) {
    const {page} = this, {ratio, top} = place, bottom = top + place.height;
    for (const m of home) {
      const [a, b] = [place.x(page.ruler.at(m.first)), place.x(page.ruler.at(m.last))];
      ctx.fillStyle = colours[m.severity];
      ctx.globalAlpha = page.data.rules.shades.finding;
      if (b > a) ctx.fillRect(a, top, b - a, place.height);
    }
    if (!this.log && this.plot.scales.y.min < 0 && this.plot.scales.y.max > 0) {
      ctx.strokeStyle = colours.soft;
      ctx.lineWidth = ratio;
      ctx.globalAlpha = 0.6;
      ctx.beginPath();
      ctx.moveTo(place.left, place.y(0));
      ctx.lineTo(place.left + place.width, place.y(0));
      ctx.stroke();
    }
    if (page.data.x.end < page.data.x.last) {
      ctx.globalAlpha = 0.6;
      upright(ctx, place.x(page.ruler.at(page.data.x.end)), top, bottom, colours.soft, ratio);
    }
    for (const m of page.marks) {
      ctx.globalAlpha = m === page.chosen ? 1 : 0.5;
      upright(ctx, place.x(page.ruler.at(m.first)), top - 4 * ratio, bottom + 4 * ratio, colours[m.severity], (m === page.chosen ? 1.6 : 1) * ratio);
    }
    ctx.globalAlpha = 1;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    for (const [step, kind] of page.events) if (kind === "restart") upright(ctx, place.x(page.ruler.at(step)), top, bottom, colours.soft, ratio);
    ctx.setLineDash([]);
    for (const [first, last] of this.spec.gaps) hatch(ctx, place, page.ruler.at(first), page.ruler.at(last));
  }

  // Over the curves: the worst point of each finding, the best evaluation, arrows at the edge for values beyond it;
  // returns the spots that want a note, in pixels of CSS.
  drawSpots(ctx, place, home) {
    const {page} = this, {ratio} = place, spots = [];
    const spot = (step, value, radius) => {
      const x = place.x(page.ruler.at(step)), y = place.y(value);
      if (x < place.left - ratio || x > place.left + place.width + ratio || y < place.top - 1 || y > place.top + place.height + 1) return null;
      ctx.beginPath();
      ctx.arc(x, y, radius * ratio, 0, 7);
      return [(x - place.left) / ratio, (y - place.top) / ratio];
    };
    for (const m of home) if (m.peak && spot(...m.peak, page.data.rules.spots.peak)) {
      ctx.fillStyle = colours[m.severity];
      ctx.strokeStyle = colours.paper;
      ctx.lineWidth = 1.2 * ratio;
      ctx.fill();
      ctx.stroke();
    }
    if (this.spec.best && this.visible.some(c => c.eval)) {
      const [step, value, text] = this.spec.best, found = spot(step, value, page.data.rules.spots.best);
      if (found) {
        ctx.strokeStyle = colours.ink;
        ctx.lineWidth = 1.5 * ratio;
        ctx.stroke();
        spots.push([...found, text]);
      }
    }
    const {min, max} = this.plot.scales.y, seen = this.visible.map(c => {
      const [from, until] = [position(c.x, place.low), position(c.x, place.high + Number.EPSILON * Math.abs(place.high))];
      return {x: c.x.slice(from, until), value: c.value.slice(from, until)};
    });
    ctx.fillStyle = colours.ink;
    for (const {x: at, value, kind} of arrows(seen, x => (x - place.low) / place.wide, min, max, page.data.rules)) {
      const up = kind === "above", x = place.x(at), tip = up ? place.top : place.top + place.height, down = (up ? 8 : -8) * ratio;
      ctx.beginPath();
      ctx.moveTo(x, tip);
      ctx.lineTo(x + 4.5 * ratio, tip + down);
      ctx.lineTo(x - 4.5 * ratio, tip + down);
      ctx.fill();
      spots.push([(x - place.left) / ratio, up ? 7 : place.height / ratio - 7, number(value, 3)]);
    }
    return spots;
  }

  drawCurve(ctx, place, c) {
    const ratio = place.ratio, strong = c.strong(this.page.level), ink = colours[c.ink], {shades, strokes, forecast, dots: radius, most_dots: most} = this.page.data.rules;
    ctx.strokeStyle = ctx.fillStyle = ink;
    if (c.low && !c.eval) {
      ctx.globalAlpha = shades.noise;
      band(ctx, place, c.kx, c.low, c.high);
    }
    const [from, until] = within(c.x, place.low, place.high), many = until - from, kind = c.eval ? "eval" : "other", few = many <= most[kind];
    const [wide, opacity] = strokes[c.eval ? "eval" : !strong ? "plain" : few ? "sparse" : "raw"];
    ctx.globalAlpha = opacity;
    ctx.lineWidth = wide * ratio;
    if (!strong) ctx.setLineDash(c.dash.map(n => n * ratio));
    line(ctx, place, c.x, c.value);
    ctx.setLineDash([]);
    if (few) dots(ctx, place, c.x, c.value, radius[many <= 3 ? "lone" : kind] * ratio);
    if (strong) {
      ctx.globalAlpha = 1;
      ctx.lineWidth = strokes.trend[0] * ratio;
      ctx.setLineDash(c.dash.map(n => n * ratio));
      line(ctx, place, c.kx, strong);
      ctx.setLineDash([]);
    }
    if (c.ahead) {
      ctx.globalAlpha = shades.forecast;
      band(ctx, place, c.fx, c.low80, c.high80);
      ctx.globalAlpha = 1;
      ctx.lineWidth = strokes.forecast[0] * ratio;
      ctx.setLineDash(forecast.map(n => n * ratio));
      line(ctx, place, c.fx, c.mid80);
      ctx.setLineDash([]);
    }
    ctx.globalAlpha = 1;
  }

  read(step, level) {
    for (const c of this.curves) {
      if (!c.on || step === null) {
        c.output.textContent = "";
        continue;
      }
      const i = c.step.length && step >= c.step[0] && step <= c.step[c.step.length - 1] ? nearest(c.step, step) : -1;
      let text = i < 0 ? "–" : number(c.value[i]);
      const strong = c.strong(level);
      if (i >= 0 && strong) {
        const k = nearest(c.knots, step);
        text += ` (${number(strong[Number.isNaN(strong[k]) && k ? k - 1 : k])})`;
      }
      if (i >= 0 && c.step[i] !== step) text += ` at ${compact(c.step[i])}`;
      c.output.textContent = text;
    }
  }
}
