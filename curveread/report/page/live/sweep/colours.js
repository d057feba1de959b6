// Colours of runs: by a setting or by the verdict, in classes that a legend can name.

const RAMP = {
  light: [[74, 44, 150], [25, 105, 180], [12, 135, 120], [105, 130, 0], [190, 105, 0], [190, 30, 60]],
  dark: [[165, 148, 250], [95, 178, 242], [60, 202, 168], [182, 205, 78], [246, 178, 76], [255, 125, 125]],
};
const KINDS = ["train", "eval", "third", "fourth", "fifth", "sixth"], DASHES = [[], [], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4]];
const CLASSES = 12, BINS = 6;

const dark = matchMedia("(prefers-color-scheme: dark)"), paper = matchMedia("print");

function ramp(share) {
  const stops = RAMP[dark.matches && !paper.matches ? "dark" : "light"], at = share * (stops.length - 1), i = Math.min(Math.floor(at), stops.length - 2);
  return `rgb(${stops[i].map((v, k) => Math.round(v + (stops[i + 1][k] - v) * (at - i))).join(",")})`;
}

class Palette {
  // `setting` is null for the verdict.
  constructor(sweep, setting) {
    this.setting = setting;
    this.at = new Int16Array(sweep.n).fill(-1);
    this.off = new Set();
    setting ? this.bySetting(sweep, setting) : this.byVerdict(sweep);
    if (this.at.includes(-1)) {
      const rest = this.classes.length;
      this.classes.push({name: setting ? "not set" : "other", ink: () => colours.soft});
      this.at = this.at.map(k => k < 0 ? rest : k);
    }
    this.dip();
  }

  byVerdict(sweep) {
    const known = Object.keys(sweep.data.words).filter(h => sweep.health.includes(h));
    const ink = {unread: "ink", undetermined: "soft"};
    this.classes = known.map(h => ({name: sweep.data.words[h], ink: () => colours[ink[h] || h]}));
    this.at = Int16Array.from(sweep.health, h => known.indexOf(h));
  }

  bySetting(sweep, setting) {
    const used = [...new Set(setting.at)].filter(i => i >= 0).sort((a, b) => a - b);
    if (setting.numbers && used.length > CLASSES) {
      const size = used.length / BINS, first = k => Math.ceil(k * size), bin = new Map(used.map((v, i) => [v, Math.min(BINS - 1, Math.floor(i / size))]));
      this.classes = Array.from({length: BINS}, (_, k) => ({
        name: `${setting.texts[used[first(k)]]} to ${setting.texts[used[Math.min(first(k + 1), used.length) - 1]]}`, ink: () => ramp(k / (BINS - 1)),
      }));
      this.at = Int16Array.from(setting.at, v => v < 0 ? -1 : bin.get(v));
      return;
    }
    const many = v => setting.at.reduce((n, w) => n + (w === v), 0);
    const ranked = setting.numbers ? used : used.map(v => [v, many(v)]).sort((a, b) => b[1] - a[1]).slice(0, used.length > CLASSES ? KINDS.length : CLASSES).map(v => v[0]).sort((a, b) => a - b);
    const ramped = setting.numbers || ranked.length > KINDS.length;
    this.classes = ranked.map((v, k) => ({
      name: setting.texts[v], dash: DASHES[k % DASHES.length], ink: ramped ? () => ramp(ranked.length > 1 ? k / (ranked.length - 1) : 0) : () => colours[KINDS[k]],
    }));
    if (ranked.length < used.length) this.classes.push({name: `${used.length - ranked.length} others`, dash: [], ink: () => colours.soft});
    this.at = Int16Array.from(setting.at, v => v < 0 ? -1 : ranked.includes(v) ? ranked.indexOf(v) : ranked.length);
  }

  ink(row) {
    return this.inks[this.at[row]];
  }

  // The colours of the classes on the paper that is in force.
  dip() {
    this.inks = this.classes.map(c => c.ink());
  }

  has(row) {
    return !this.off.has(this.at[row]);
  }

  // A key for each class, which hides and shows its runs.
  keys(changed) {
    return this.classes.map((c, k) => {
      const sample = this.setting?.run ? shape("path", {d: "M0 6h22", style: `stroke:${c.ink()};stroke-width:2.2;stroke-dasharray:${c.dash.join(" ") || "none"}`}) : shape("circle", {cx: 6, cy: 6, r: 5, style: `fill:${c.ink()}`});
      const swatch = shape("svg", {width: this.setting?.run ? 22 : 12, height: 12, "aria-hidden": "true"}, sample);
      const button = element("button", {type: "button", class: "key", "aria-pressed": String(!this.off.has(k)), title: `${c.name}: show or hide`}, swatch, element("bdi", {}, c.name));
      button.addEventListener("click", () => {
        this.off.has(k) ? this.off.delete(k) : this.off.add(k);
        button.setAttribute("aria-pressed", String(!this.off.has(k)));
        changed();
      });
      return button;
    });
  }
}
