// Over the charts and on their axis: the health strip, the phases, what happened when, the labels of findings.

const SVG = "http://www.w3.org/2000/svg";
const FAMILY = 'system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif';
const FONT = `11px ${FAMILY}`;
const TALL = {ok: 0.22, info: 0.45, warning: 0.72, error: 1};
const RANK = {error: 0, warning: 1, info: 2};
const LANES = [["restart", "restarts"], ["epoch", "epochs"], ["lr-change", "rate"], ["schedule", "rate"], ["eval", "evals"], ["checkpoint", "saved"]];
const GLYPHS = {
  restart: "M0 -4.5v9M0 -4.5l4.5 3-4.5 3z", epoch: "M0 -4.5v9", "lr-change": "M0 -4l4 4-4 4-4-4z", schedule: "M0 -4l4 4-4 4-4-4z",
  eval: "M-1.8 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0", checkpoint: "M0 -4l4 7h-8z",
};
const measure = document.createElement("canvas").getContext("2d");

function shape(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function said(text) {
  return shape("title", {}, text);
}

function words(x, y, text, kind, anchor = "start") {
  return shape("text", {x, y, class: kind, "text-anchor": anchor}, text);
}

// The labels' places: rows above the charts, so that no label lies on another or on another's leader. Graver findings
// choose first, among equals the later ones; a level of detail for all before the next.
function placeLabels(marks, at, left, right) {
  const wide = text => text ? measure.measureText(text).width + 6 : 0, rows = 6;
  const order = [...marks].sort((a, b) => RANK[a.severity] - RANK[b.severity] || b.first - a.first);
  const apart = (a, b) => {
    if (a.row === b.row) return a.box[1] + 7 <= b.box[0] || b.box[1] + 7 <= a.box[0];
    const [lower, upper] = a.row < b.row ? [a, b] : [b, a];
    const [first, last] = lower.side === "right" ? [lower.badge, lower.right] : [lower.left, lower.badge];
    return !lower.text || !(first < upper.at && upper.at < last + 4);
  };
  const fit = (mark, level, there) => {
    const text = mark.texts[Math.min(level, mark.texts.length - 1)], half = mark.n < 10 ? 9 : mark.n < 100 ? 11 : 14;
    const x = at(mark.first), until = Math.min(at(mark.last), right), badge = Math.min(Math.max(x, left + half), right - half), long = wide(text);
    for (let row = 0; row < rows; row++) {
      const tried = [{side: "right", left: badge - half, right: badge + half + long}];
      if (text) tried.push({side: "left", left: badge - half - long, right: badge + half});
      for (const t of tried) {
        if (t.left < left - 1 || t.right > right + MARGIN) continue;
        const label = {...t, mark, row, at: x, until, badge, half, text, box: [Math.min(t.left, Math.max(x, left)), Math.max(t.right, until)]};
        if (there.every(o => apart(label, o))) return label;
      }
    }
    return null;
  };
  const levels = Math.max(0, ...marks.map(m => m.texts.length));
  for (let level = 0; level < levels; level++) {
    const trial = [];
    for (const m of order) {
      const found = fit(m, level, trial);
      if (!found) break;
      trial.push(found);
    }
    if (trial.length === marks.length) return trial;
  }
  const done = [];
  for (const m of order) for (let level = 0; level < m.texts.length; level++) {
    const found = fit(m, level, done);
    if (found) {
      done.push(found);
      break;
    }
  }
  return done;
}

class Overlay {
  constructor(page) {
    this.page = page;
    this.root = shape("svg", {class: "overlay cr-chart", role: "group", "aria-label": "Health, phases, events and findings"});
  }

  draw(width) {
    const {page} = this, [low, high] = page.window, left = GUTTER, right = width - MARGIN;
    const at = step => left + (page.ruler.at(step) - low) / (high - low) * (right - left);
    const inside = (a, b) => b >= left && a <= right;
    const clip = x => Math.min(Math.max(x, left), right);
    const out = [];
    measure.font = `11.5px ${FAMILY}`;
    let y = 16;
    out.push(shape("rect", {x: left, y: y - 14 * TALL.ok, width: right - left, height: 14 * TALL.ok, class: "cr-f cr-ok"}, said("no finding")));
    for (const m of [...page.marks].sort((a, b) => RANK[b.severity] - RANK[a.severity])) {
      const a = at(m.first), b = Math.max(at(m.last), a + 5), tall = 14 * TALL[m.severity];
      if (!inside(a, b)) continue;
      out.push(shape("rect", {x: clip(a), y: y - tall, width: clip(b) - clip(a), height: tall, class: `cr-f cr-${m.severity}`}, said(`${m.n} · ${m.word}`)));
    }
    if (page.data.phases.length) {
      for (const [first, last, name] of page.data.phases) {
        const a = clip(at(first)), b = clip(at(last));
        if (!inside(at(first), at(last))) continue;
        const parts = [said(`${name}: ${page.ruler.text(page.ruler.at(first))} to ${page.ruler.text(page.ruler.at(last))}`), shape("path", {d: `M${a} ${y + 4}v11`, class: "cr-axis"})];
        if (measure.measureText(name).width + 10 <= b - a) parts.push(words(a + 5, y + 14, name, "cr-phase"));
        out.push(shape("g", {}, ...parts));
      }
      y += 17;
    }
    y = this.lanes(out, y, at, left, right);
    const marks = page.marks.filter(m => inside(at(m.first), at(m.last)) && at(m.first) <= right + 1);
    const labels = placeLabels(marks, at, left, right), rows = 1 + Math.max(-1, ...labels.map(l => l.row));
    const total = y + 4 + rows * 21 + 2;
    for (const m of marks) {
      const x = at(m.first);
      if (x < left - 1) continue;
      const label = labels.find(l => l.mark === m), top = label ? y + 4 + (rows - 1 - label.row + 0.5) * 21 + 7 : y + 4 + rows * 21;
      out.push(shape("path", {d: `M${x} ${top}V${total}`, class: `cr-s cr-${m.severity}`, "stroke-opacity": 0.6}));
    }
    for (const label of labels) out.push(this.label(label, y + 4 + (rows - 1 - label.row + 0.5) * 21));
    this.root.setAttribute("viewBox", `0 0 ${width} ${total}`);
    this.root.setAttribute("width", width);
    this.root.setAttribute("height", total);
    const focused = this.root.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    this.root.replaceChildren(...out);
    if (focused) this.root.querySelector(`a[href="${focused}"]`)?.focus();
  }

  lanes(out, y, at, left, right) {
    const drawn = new Map();
    for (const [kind, name] of LANES) {
      const events = this.page.events.filter(e => e[1] === kind && at(e[0]) >= left - 1 && at(e[0]) <= right + 1);
      if (!this.page.events.some(e => e[1] === kind)) continue;
      if (!drawn.has(name)) {
        drawn.set(name, y + 9);
        out.push(words(left - 8, y + 12, name, "cr-phase", "end"));
        y += 15;
      }
      let last = -Infinity, many = 0;
      for (const [step, , text] of events) {
        const x = at(step);
        if (x - last < 2 && many++) continue;
        last = x;
        out.push(shape("path", {d: GLYPHS[kind], transform: `translate(${x} ${drawn.get(name)})`, class: `event ${kind}`}, said(`${text} (${this.page.ruler.text(this.page.ruler.at(step))})`)));
      }
    }
    return y;
  }

  label(l, y) {
    const m = l.mark, kind = `cr-${m.severity}`, from = Math.max(l.at, GUTTER);
    const parts = [said(`${m.n} · ${m.word}: ${m.message}`)];
    if (l.until > from + 1) parts.push(shape("path", {d: `M${from} ${y + 9.5}H${l.until}`, class: `cr-s ${kind}`, "stroke-width": 2}));
    parts.push(shape("rect", {x: l.badge - l.half, y: y - 8, width: 2 * l.half, height: 16, rx: m.severity === "error" ? 2 : 8, class: `cr-badge ${kind}`}));
    parts.push(words(l.badge, y + 4, String(m.n), `cr-no ${kind}`, "middle"));
    if (l.text) parts.push(words(l.side === "right" ? l.badge + l.half + 4 : l.badge - l.half - 4, y + 4, l.text, "cr-label", l.side === "right" ? "start" : "end"));
    const link = shape("a", {href: `#finding-${m.n}`, class: m === this.page.chosen ? "chosen" : ""}, ...parts);
    link.addEventListener("click", event => {
      event.preventDefault();
      this.page.choose(m, {push: true});
    });
    return link;
  }
}
