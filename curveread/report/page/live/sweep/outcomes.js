// The outcome against one setting: a mark for every run, what a setting's runs come to, the best range, the edge.

const RAIL = 22;

class Outcomes {
  constructor(root, page, setting) {
    this.page = page;
    this.setting = setting;
    const share = setting.share ? [element("small", {}, ` explains ${setting.share} of the outcome`)] : [];
    this.frame = new Frame(root, {title: element("span", {}, element("bdi", {}, setting.name), ...share), label: `Outcome against ${setting.name}`});
    const sweep = page.sweep, put = setting.log ? Math.log10 : v => v;
    const used = [...new Set(setting.at)].filter(i => i >= 0).sort((a, b) => a - b);
    this.where = i => setting.numbers ? put(setting.numbers[i]) : used.indexOf(i);
    const gaps = used.slice(1).map((v, i) => this.where(v) - this.where(used[i]));
    const room = used.length > 12 || setting.numbers && sweep.n < 60 ? 0 : 0.4 * Math.min(1, ...gaps);  // so that many runs of one value do not hide each other
    const shift = i => (i * 0.618 % 1 - 0.5) * room;
    this.at = Float64Array.from(setting.at, (v, i) => v < 0 ? NaN : this.where(v) + shift(i));
    const ends = used.map(this.where), low = Math.min(...ends), high = Math.max(...ends), pad = setting.numbers ? 0.06 * (high - low) || 0.5 : 0.6;
    this.x = [low - pad, high + pad];
    this.used = used;
    this.groups = sweep.data.groups.filter(g => g.judged > 1 && g.centre !== null && setting.at[g.rows[0]] >= 0);
    const over = this.frame.over;
    over.addEventListener("pointermove", e => page.point(this.nearest(e)));
    over.addEventListener("pointerdown", e => page.point(this.nearest(e)));
    over.addEventListener("pointerleave", e => page.left(e));
    over.addEventListener("click", () => page.goTo(page.sweep.hot));
  }

  ticks() {
    const s = this.setting;
    if (!s.numbers || this.used.length <= 12) return this.used.map(i => ({at: this.where(i), text: s.texts[i].length > 14 ? `${s.texts[i].slice(0, 13)}…` : s.texts[i]}));
    const [a, b] = this.x;
    return s.log ? yTicks(10 ** a, 10 ** b, true, this.frame.width / 2.5).map(t => ({at: Math.log10(t.at), text: t.text})) : yTicks(a, b, false, this.frame.width / 2.5);
  }

  draw() {
    const {frame, page} = this, {sweep} = page, ctx = frame.clear(), values = sweep.outcome, log = page.logOutcome;
    const rows = page.drawn.filter(i => !Number.isNaN(this.at[i]));
    const of = broken => Float64Array.from(rows.filter(i => sweep.broken[i] === broken), i => values[i]);
    const y = heights(of(0), of(1), log, sweep.data.rules), down = sweep.data.outcome.better === "down";
    const place = frame.lay(this.x, y, log, down ? RAIL : -RAIL), {ratio} = place, foot = place.top + place.height;
    const names = this.range(ctx, place);
    frame.axes(ctx, this.ticks(), yTicks(...y, log, place.height / ratio));
    const rail = down ? place.top - 11 * ratio : foot + 11 * ratio;
    ctx.fillStyle = colours.wash;
    ctx.fillRect(place.left, rail - 8 * ratio, place.width, 16 * ratio);
    const inside = v => v >= y[0] && v <= y[1];
    this.spots = rows.map(i => ({row: i, x: place.x(this.at[i]), y: inside(values[i]) ? place.y(values[i]) : Number.isFinite(values[i]) && (values[i] < y[0]) === down ? foot - 2 * ratio : rail}));
    const radius = (rows.length > 300 ? 2.4 : 3.4) * ratio;
    ctx.lineWidth = 1.6 * ratio;
    ctx.globalAlpha = rows.length > 100 ? 0.55 : 0.85;
    for (const s of this.spots) {
      ctx.fillStyle = ctx.strokeStyle = page.palette.ink(s.row);
      spot(ctx, s.x, s.y, radius, sweep.broken[s.row]);
    }
    ctx.globalAlpha = 1;
    const around = 1.5 * radius, marks = this.spots.map(s => [s.x - around, s.y - around, s.x + around, s.y + around]);
    this.names(ctx, place, names, [...marks, ...this.centres(ctx, place)]);
    this.mark();
  }

  // Behind the marks: the range that holds the best, and from where on most runs broke. Returns their names.
  range(ctx, place) {
    const {best, numbers} = this.setting;
    if (!best || !numbers) return [];
    const put = this.setting.log ? Math.log10 : v => v, {ratio} = place, top = 8 * ratio, tall = (this.frame.height - 32) * ratio;
    const ends = this.used.map(this.where), between = (a, b) => (a + b) / 2;
    const names = [];
    if (best.low !== null) {
      const low = put(best.low), high = put(best.high), before = Math.max(...ends.filter(e => e < low - 1e-12), this.x[0]), after = Math.min(...ends.filter(e => e > high + 1e-12), this.x[1]);
      const [a, b] = [place.x(between(before, low)), place.x(between(high, after))];
      ctx.fillStyle = colours.ok;
      ctx.globalAlpha = 0.12;
      ctx.fillRect(a, top, b - a, tall);
      ctx.globalAlpha = 1;
      names.push({text: "best", from: a, to: b, colour: colours.ok});
    }
    if (best.edge !== null) {
      const edge = put(best.edge), right = best.high === null || best.edge > best.high;
      const next = right ? Math.max(...ends.filter(e => e < edge - 1e-12), this.x[0]) : Math.min(...ends.filter(e => e > edge + 1e-12), this.x[1]);
      const at = place.x(between(edge, next)), [a, b] = right ? [at, place.left + place.width] : [place.left, at];
      ctx.fillStyle = colours.error;
      ctx.globalAlpha = 0.08;
      ctx.fillRect(a, top, b - a, tall);
      ctx.globalAlpha = 1;
      ctx.setLineDash([4 * ratio, 3 * ratio]);
      upright(ctx, at, top, top + tall, colours.error, 1.2 * ratio);
      ctx.setLineDash([]);
      names.push({text: "broke", from: a, to: b, colour: colours.error});
    }
    return names;
  }

  // The names of the ranges, within them and clear of the marks: near the strip where there is room, else further off.
  names(ctx, place, names, taken) {
    const {ratio} = place, down = this.page.sweep.data.outcome.better === "down", line = 14 * ratio, foot = place.top + place.height;
    ctx.font = `${11 * ratio}px ${FAMILY}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const {text, from, to, colour} of names) {
      const half = ctx.measureText(text).width / 2 + 3 * ratio, [left, right] = [place.left + half, place.left + place.width - half];
      const middle = (from + to) / 2, across = [middle, from + half, to - half].map(x => Math.min(Math.max(x, left), right));
      const rows = Array.from({length: Math.max(1, Math.floor(place.height / line))}, (_, k) => down ? place.top + 9 * ratio + k * line : foot - 9 * ratio - k * line);
      const boxes = rows.flatMap(y => across.map(x => [x - half, y - line / 2, x + half, y + line / 2]));
      const box = boxes.find(b => !taken.some(t => t[0] < b[2] && t[2] > b[0] && t[1] < b[3] && t[3] > b[1])) ?? boxes[0];
      taken.push(box);
      ctx.fillStyle = colour;
      ctx.fillText(text, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
    }
  }

  // What the runs of a setting come to, beside their marks; left out where they would stand on each other. Returns what they cover.
  centres(ctx, place) {
    const {ratio} = place, beside = new Map(), boxes = [];
    for (const g of this.groups) {
      const key = this.setting.at[g.rows[0]];
      beside.set(key, [...(beside.get(key) || []), g]);
    }
    const apart = place.width / Math.max(this.used.length, 1) / ratio;
    ctx.strokeStyle = colours.ink;
    for (const [key, groups] of beside) {
      if (groups.length * 6 > apart * 0.5) continue;
      groups.forEach((g, k) => {
        const x = place.x(this.where(key)) + (8 + 6 * k) * ratio;
        if (g.low !== null) {
          ctx.lineWidth = 1.4 * ratio;
          ctx.beginPath();
          ctx.moveTo(x, place.y(g.low));
          ctx.lineTo(x, place.y(g.high));
          ctx.stroke();
        }
        ctx.lineWidth = 2.4 * ratio;
        ctx.beginPath();
        ctx.moveTo(x - 4 * ratio, place.y(g.centre));
        ctx.lineTo(x + 4 * ratio, place.y(g.centre));
        ctx.stroke();
        const ends = [g.centre, g.low ?? g.centre, g.high ?? g.centre].map(v => place.y(v));
        boxes.push([x - 4 * ratio, Math.min(...ends) - 2 * ratio, x + 4 * ratio, Math.max(...ends) + 2 * ratio]);
      });
    }
    return boxes;
  }

  nearest(event) {
    const [x, y] = this.frame.where(event), reach = 26 * this.frame.ratio;
    let best = -1, least = reach * reach;
    for (const s of this.spots || []) {
      const far = (s.x - x) ** 2 + (s.y - y) ** 2;
      if (far < least) [best, least] = [s.row, far];
    }
    this.page.source = this;
    return best;
  }

  mark() {
    const ctx = this.frame.clear(this.frame.over), {page} = this, s = this.spots?.find(t => t.row === page.sweep.hot);
    if (!s) return;
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 2 * this.frame.ratio;
    ctx.beginPath();
    ctx.arc(s.x, s.y, 7 * this.frame.ratio, 0, 7);
    ctx.stroke();
    if (page.source === this) this.frame.say(page.sweep.told(s.row), s.x, s.y);
  }
}
