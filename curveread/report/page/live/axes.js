// What the horizontal axis counts, how it is ticked, and how far a vertical axis reaches.

// A ruler turns steps into what it counts; beyond its knots it goes on at its average pace.
class Ruler {
  constructor(spec) {
    this.name = spec.name;
    this.label = spec.label;
    if (spec.step) {
      this.from = unpack(spec.step);
      this.to = unpack(spec.value);
      const last = this.from.length - 1;
      this.pace = (this.to[last] - this.to[0]) / (this.from[last] - this.from[0]);
    }
  }

  at(step) {
    return this.from ? straight(this.from, this.to, step, this.pace) : step;
  }

  step(x) {
    return this.from ? straight(this.to, this.from, x, 1 / this.pace) : x;
  }

  text(x) {
    if (this.name === "time") return duration(Math.max(x, 0));
    if (this.name === "tokens") return `${compact(Math.round(x))} tokens`;
    if (this.name === "epoch") return `epoch ${number(x, 3)}`;
    return `step ${count(x)}`;
  }
}

function straight(from, to, x, pace) {
  const last = from.length - 1;
  if (x <= from[0]) return to[0] + (x - from[0]) * pace;
  if (x >= from[last]) return to[last] + (x - from[last]) * pace;
  const i = position(from, x);
  if (from[i] === x) return to[i];
  const share = (x - from[i - 1]) / (from[i] - from[i - 1]);
  return to[i - 1] + share * (to[i] - to[i - 1]);
}

const ROUND_TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000];

function roundIncrement(rough, whole) {
  const base = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].map(m => m * base).find(n => n >= rough * 0.999);
  return whole ? Math.max(1, nice) : nice;
}

function xTicks(ruler, low, high, room) {
  const wanted = Math.max(2, Math.floor(room / 90));
  const rough = (high - low) / wanted;
  const timed = ruler.name === "time";
  const gap = timed && rough >= 1 ? ROUND_TIMES.find(n => n >= rough) || roundIncrement(rough / 86400, true) * 86400
    : roundIncrement(rough, ruler.name === "tokens" || !ruler.from && ruler.name !== "epoch");
  const ticks = [];
  for (let i = Math.ceil(low / gap - 1e-9); i * gap <= high + gap * 1e-9 && ticks.length < 50; i++) {
    if (i * gap === ticks[ticks.length - 1]) break;  // steps so large that a float cannot tell one from the next
    ticks.push(i * gap);
  }
  const [unit, name] = gap >= 86400 ? [86400, "d"] : high > 7200 && gap >= 360 ? [3600, "h"] : high > 120 && gap >= 6 ? [60, "min"] : [1, "s"];
  const write = x => timed ? `${number(x / unit, 4)} ${name}` : ruler.name === "epoch" ? number(x, 5) : compact(x);
  return ticks.map(at => ({at, text: write(at)}));
}

function yTicks(low, high, log, room) {
  if (log) {
    const bottom = Math.log10(low), top = Math.log10(high), wanted = Math.max(2, Math.floor(room / 26));
    const decades = [];
    for (let d = Math.ceil(bottom - 1e-9); d <= Math.floor(top + 1e-9); d++) decades.push(10 ** d);
    if (decades.length >= 3) return decades.filter((_, i) => i % Math.ceil(decades.length / wanted) === 0).map(at => ({at, text: number(at, 2)}));
    const parts = [];
    for (let d = Math.floor(bottom); d <= Math.floor(top); d++) for (const m of [1, 2, 5]) parts.push(Number((m * 10 ** d).toPrecision(12)));
    const inside = parts.filter(p => p >= low && p <= high);
    if (inside.length >= 2) return inside.map(at => ({at, text: number(at, 2)}));
  }
  // A range that spans few round numbers takes closer ones: a single tick tells no scale.
  let gap = 0;
  for (const apart of [34, 24, 17]) {
    const parts = Math.max(2, room / apart);
    gap = roundIncrement(high / parts - low / parts, false);
    if (Math.floor(high / gap + 1e-9) > Math.ceil(low / gap - 1e-9)) break;
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(gap) + 1e-9));
  const ticks = [];
  if (!(gap > 0) || !Number.isFinite(gap)) return ticks;
  for (let i = Math.ceil(low / gap - 1e-9); i * gap <= high + gap * 1e-9 && ticks.length < 30; i++) {
    const at = i * gap, size = Math.max(Math.abs(low), Math.abs(high));
    const text = size >= 1e7 || size < 1e-3 ? number(at, 3) : size >= 1e4 ? compact(at)
      : (at + 0).toLocaleString("en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals}).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
    if (!log || at > 0) ticks.push({at, text});
  }
  return ticks;
}
