// Where labels, notes and arrows go and how far an axis reaches: the rules of chart/labels.py, chart/texture.py,
// chart/panels.py and chart/scale.py, which say why, with their numbers. tests/report/page/test_live_rules.py holds
// these functions to the same answers as those.

const RANK = {error: 0, warning: 1, info: 2};

// A label for every mark; places are fractions of the axis, `at` turns a step into one, `chars` fit side by side.
function placeLabels(marks, at, chars, rules) {
  const half = rules.badge / chars / 2, gap = rules.gap / chars;
  const order = marks.map((_, i) => i).sort((a, b) => RANK[marks[a].severity] - RANK[marks[b].severity] || marks[b].first - marks[a].first);
  const box = l => [Math.min(l.left, l.at), Math.max(l.right, l.until)];
  const apart = (a, b) => {
    if (a.row === null || b.row === null) return true;
    if (a.row === b.row) {
      const [p, q] = [box(a), box(b)];
      return p[1] + gap <= q[0] || q[1] + gap <= p[0];
    }
    const [lower, upper] = a.row < b.row ? [a, b] : [b, a];
    const [first, last] = lower.side === "right" ? [lower.badge, lower.right] : [lower.left, lower.badge];
    return !lower.text || !(first < upper.at && upper.at < last + gap / 2);
  };
  const fit = (mark, level, there) => {
    const text = mark.texts[Math.min(level, mark.texts.length - 1)], wide = text ? ([...text].length + 0.5) / chars : 0;
    const place = {mark, at: at(mark.first), until: at(mark.last), text};
    const badge = half < 0.5 ? Math.min(Math.max(place.at, half), 1 - half) : 0.5;
    for (let row = 0; row < rules.rows; row++) {
      const tried = [];
      if (badge + half + wide <= 1) tried.push({...place, row, badge, left: badge - half, right: badge + half + wide, side: "right"});
      if (text && badge - half - wide >= 0) tried.push({...place, row, badge, left: badge - half - wide, right: badge + half, side: "left"});
      const found = tried.find(t => there.every(o => apart(t, o)));
      if (found) return found;
    }
    return null;
  };
  const levels = Math.max(0, ...marks.map(m => m.texts.length));
  for (let level = 0; level < levels; level++) {
    const trial = [];
    for (const i of order) {
      const found = fit(marks[i], level, trial.filter(Boolean));
      if (!found) break;
      trial[i] = found;
    }
    if (trial.filter(Boolean).length === marks.length) return trial;
  }
  const done = [];
  for (const i of order) {
    const mark = marks[i], [from, until] = [at(mark.first), at(mark.last)];
    for (let level = 0; level < mark.texts.length && !done[i]; level++) done[i] = fit(mark, level, done.filter(Boolean));
    done[i] ||= {mark, row: null, at: from, until, left: from, right: from, badge: from, text: "", side: "right"};
  }
  return done;
}

// A place for the text of each spot [x, y, text] inside a chart, null where every place is taken; `busy` holds x, y,
// x, y … along the curves, `there` are the texts that stand already.
function beside(spots, width, height, char, line, busy, there) {
  const quarter = line / 4, half = text => [...text].length * char / 2;
  const taken = spots.map(([x, y]) => [x - quarter, x + quarter, y - quarter, y + quarter]);
  for (const n of there) taken.push([n.x - half(n.text), n.x + half(n.text), n.y - line / 2, n.y + line / 2]);
  const clear = (a, b) => a[1] <= b[0] || b[1] <= a[0] || a[3] <= b[2] || b[3] <= a[2];
  return spots.map(([x, y, text], i) => {
    const wide = [...text].length * char;
    let best = null;
    for (const dy of [0, line, -line, 1.6 * line, -1.6 * line]) {
      const middle = Math.min(Math.max(y + dy, line / 2), height - line / 2);
      for (const [anchor, left] of [["start", x + line / 2], ["end", x - line / 2 - wide], ["middle", x - wide / 2]]) {
        if (anchor === "middle" && Math.abs(middle - y) < line * 0.9 || best?.covered === 0) continue;
        const box = [left, left + wide, middle - line / 2, middle + line / 2];
        if (box[0] < 0 || box[1] > width || !taken.every((other, j) => j === i || clear(box, other))) continue;
        let covered = 0;
        for (let k = 0; k < busy.length; k += 2) if (busy[k] > box[0] && busy[k] < box[1] && busy[k + 1] > box[2] && busy[k + 1] < box[3]) covered++;
        if (!best || covered < best.covered) best = {covered, box, note: {x: {start: left, end: left + wide, middle: x}[anchor], y: middle, text, anchor}};
      }
    }
    if (best) taken.push(best.box);
    return best && best.note;
  });
}

// The texts of the stretches without numbers [from, until], in fractions, that are wide enough for one.
function gapNotes(gaps, width, height, char, rules) {
  return gaps.filter(([a, b]) => (b - a) * width > rules.blank * char).map(([a, b]) => ({x: (a + b) / 2 * width, y: height / 2, text: "no number", anchor: "middle"}));
}

// Places along a line through points in fractions (y upwards), even in x.
function texture(xs, ys, width, height, samples) {
  const out = [], good = [];
  for (let i = 0; i < xs.length; i++) if (Number.isFinite(xs[i]) && Number.isFinite(ys[i])) good.push(i);
  if (!good.length) return out;
  for (let k = 0, j = 0; k < samples; k++) {
    const x = k / (samples - 1);
    if (x < xs[good[0]] || x > xs[good[good.length - 1]]) continue;
    while (j + 1 < good.length && xs[good[j + 1]] <= x) j++;
    const a = good[j], b = good[Math.min(j + 1, good.length - 1)];
    const share = xs[b] > xs[a] ? (x - xs[a]) / (xs[b] - xs[a]) : 0;
    out.push(x * width, (1 - (ys[a] + share * (ys[b] - ys[a]))) * height);
  }
  return out;
}

// An arrow for each cluster of points beyond the axis: the farthest of them; the wildest of all curves first. `at`
// turns a place on the axis into a fraction.
function arrows(curves, at, low, high, rules) {
  const found = [];
  for (const {x, value} of curves) for (const up of [true, false]) {
    let worst = -1, edge = -Infinity;
    const flush = () => worst >= 0 && found.push({x: x[worst], value: value[worst], kind: up ? "above" : "below"});
    for (let i = 0; i < x.length; i++) {
      if (!(up ? value[i] > high : value[i] < low)) continue;
      const place = at(x[i]);
      if (place - edge > rules.apart) {
        flush();
        worst = i;
      } else if (up ? value[i] > value[worst] : value[i] < value[worst]) worst = i;
      edge = place;
    }
    flush();
  }
  return found.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, rules.arrows);
}

// The range of values, without those far outside the middle 96 %: one wild value must not flatten a curve.
function reach(parts, log, rules) {
  let low = Infinity, high = -Infinity, least = Infinity;
  for (const raw of parts) {
    let values = raw.filter(v => Number.isFinite(v) && (!log || v > 0));
    if (!values.length) continue;
    if (log) values = values.map(Math.log10);
    values.sort();
    let [a, b] = [values[0], values[values.length - 1]];
    least = Math.min(least, a);
    if (values.length >= rules.few) {
      const edge = Math.max(1, Math.ceil(0.02 * values.length));
      const [c, d] = [values[edge], values[values.length - 1 - edge]];
      const room = log ? Math.max(rules.fence_log * (d - c), 1) : Math.max(rules.fence * (d - c), Math.abs(c), Math.abs(d)) || 1;
      const inside = values.filter(v => v >= c - room && v <= d + room);
      const [e, f] = [inside[0], inside[inside.length - 1]];
      if (b / 2 - a / 2 > rules.worth * (f / 2 - e / 2)) [a, b] = [e, f];
    }
    low = Math.min(low, a);
    high = Math.max(high, b);
  }
  if (low > high) return log ? [0.1, 10] : [0, 1];
  if (log) {
    if (high - low < 0.05) [low, high] = [low - 0.2, high + 0.2];
    const pad = 0.04 * (high - low), top = 10 ** Math.min(high + pad, 308.25);
    return [Math.min(10 ** Math.max(low - pad, -307), top / 10 ** 0.4), top];
  }
  const pad = high > low ? 0.05 * (high / 2 - low / 2) * 2 : Math.abs(low) * 0.05 || 0.5;
  const floor = least >= 0 && high > low ? Math.max(low - pad, 0) : low - pad;
  return [Math.max(floor, -1.7e308), Math.min(high + pad, 1.7e308)];
}
