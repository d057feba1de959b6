// What the horizontal axis counts, how it is ticked, and how far a vertical axis reaches.

// A ruler turns steps into what it counts; beyond its knots it goes on at its average pace. What it says of a time is
// rounded to its `grain`.
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
    if (this.name === "time") return duration(Math.max(this.grain ? Math.round(x / this.grain) * this.grain : x, 0));
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

// What evenly spaced ticks say, and the ticks of an axis of seconds: the rules of chart/ticks.py, which say why.
function tickTexts(places, counted) {
  const short = (value, digits) => {
    const [unit, letter] = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]].find(u => Math.abs(value) >= u[0]) || [1, ""];
    return Math.abs(value) < 1e4 ? count(value) : String(Number((value / unit).toPrecision(Math.max(digits, 4)))).replace("-", "−") + letter;
  };
  if (places.length < 2) return places.map(t => counted && Math.abs(t) >= 1e4 ? short(t, 4) : number(t, 3));
  const gap = Math.abs(places[1] - places[0]), largest = Math.max(...places.map(Math.abs));
  let digits = 1;
  while (digits < 17 && !places.every(t => Math.abs(Number(t.toPrecision(digits)) - t) <= 1e-3 * gap)) digits++;
  if (largest < 1e-3 || largest >= 1e7 && !counted || largest >= 1e15) return places.map(t => number(t, Math.max(digits + 1, 3)));
  if (largest >= 1e4) return places.map(t => digits <= 4 || largest >= 1e9 ? short(t, digits) : fixed(t, Number.isInteger(t) ? 0 : 2));
  const decimals = Math.max(0, -Math.floor(Math.log10(gap) + 1e-9));
  return places.map(t => fixed(t, decimals));
}

const fixed = (value, decimals) => (value + 0).toLocaleString("en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals}).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");

function timeTicks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const gap = rough < 1 ? roundIncrement(rough) : ROUND_TIMES.find(n => n >= rough) || roundIncrement(rough / 86400) * 86400;
  const [unit, name] = gap >= 86400 ? [86400, "d"] : gap >= 900 && high > 7200 ? [3600, "h"] : gap >= 15 && gap % 15 === 0 && high > 120 ? [60, "min"]
    : [[1e-9, "ns"], [1e-6, "µs"], [1e-3, "ms"]].find(([size]) => high < 1000 * size && high < 1) || [1, "s"];
  let decimals = 0;
  while (decimals < 15 && Math.abs(gap / unit * 10 ** decimals - Math.round(gap / unit * 10 ** decimals)) >= 1e-6) decimals++;
  // The first millisecond of hours is where they begin.
  return multiples(low - 1e-3 * gap, high, gap).map(t => ({at: Math.max(t, low), text: `${fixed(t / unit, decimals)} ${name}`}));
}

function multiples(low, high, gap) {
  const out = [];
  for (let i = Math.ceil(low / gap - 1e-9); i <= Math.floor(high / gap + 1e-9) && out.length < 50; i++) {
    if (i * gap === out[out.length - 1]) break;  // steps so large that a float cannot tell one from the next
    out.push(i * gap + 0);  // no −0
  }
  return out;
}

// Ticks of an axis of so many pixels, as many as have room for what they say; none reaches far beyond its end.
function xTicks(ruler, low, high, room) {
  measure.font = FONT;
  const whole = ruler.name === "tokens" || !ruler.from && ruler.name !== "epoch";
  for (let wanted = Math.max(2, Math.floor(room / 90)); ; wanted--) {
    const gap = roundIncrement((high - low) / wanted, whole), places = ruler.name === "time" ? [] : multiples(low, high, gap), said = tickTexts(places, ruler.name !== "epoch");
    const ticks = ruler.name === "time" ? timeTicks(low, high, wanted) : places.map((at, i) => ({at, text: said[i]}));
    const wide = t => measure.measureText(t.text).width, where = t => (t.at - low) / (high - low) * room;
    if (wanted > 1 && ticks.some((t, i) => i && where(t) - where(ticks[i - 1]) < (wide(t) + wide(ticks[i - 1])) / 2 + 10)) continue;
    return ticks.map(t => where(t) + wide(t) / 2 > room + MARGIN ? {...t, text: ""} : t);
  }
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
  if (!(gap > 0) || !Number.isFinite(gap)) return [];
  const places = multiples(low, high, gap).filter(at => !log || at > 0), said = tickTexts(places, false);
  return places.map((at, i) => ({at, text: said[i]}));
}
