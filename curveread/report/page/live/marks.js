// Over the charts and on their axis: the health strip, the phases, what happened when, the labels of findings.

const TALL = {ok: 0.22, info: 0.45, warning: 0.72, error: 1};
const LANES = [["restart", "restarts"], ["epoch", "epochs"], ["lr-change", "rate"], ["schedule", "rate"], ["eval", "evals"], ["checkpoint", "saved"]];
const GLYPHS = {
  restart: "M0 -4.5v9M0 -4.5l4.5 3-4.5 3z", epoch: "M0 -4.5v9", "lr-change": "M0 -4l4 4-4 4-4-4z", schedule: "M0 -4l4 4-4 4-4-4z",
  eval: "M-1.8 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0", checkpoint: "M0 -4l4 7h-8z",
};

function said(text) {
  return shape("title", {}, text);
}

function words(x, y, text, kind, anchor = "start") {
  return shape("text", {x, y, class: kind, "text-anchor": anchor}, text);
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
    out.push(shape("rect", {x: left, y: y - 14 * TALL.ok, width: Math.max(clip(at(page.data.x.end)) - left, 0), height: 14 * TALL.ok, class: `cr-f cr-${page.data.quiet}`}, said(page.data.quiet === "ok" ? "no finding" : "not judged")));
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
    const rules = page.data.rules, share = step => (clip(at(step)) - left) / (right - left);
    const labels = placeLabels(marks, share, (right - left) / rules.char, rules), rows = 1 + Math.max(-1, ...labels.map(l => l.row ?? -1));
    const middle = label => y + 4 + (rows - 1 - label.row + 0.5) * 21, across = fraction => left + fraction * (right - left);
    const total = y + 4 + rows * 21 + 2;
    for (const label of labels) {
      const x = at(label.mark.first), top = label.row === null ? y + 4 + rows * 21 : middle(label) + 7;
      if (x >= left - 1) out.push(shape("path", {d: `M${x} ${top}V${total}`, class: `cr-s cr-${label.mark.severity}`, "stroke-opacity": 0.6}));
    }
    for (const label of labels) if (label.row !== null) out.push(this.label(label, middle(label), across));
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

  label(l, y, across) {
    const m = l.mark, kind = `cr-${m.severity}`, half = m.n < 10 ? 8 : m.n < 100 ? 10 : 12.5, x = across(l.badge);
    const parts = [said(`${m.n} · ${m.word}: ${m.message}`)];
    if (l.until > l.at) parts.push(shape("path", {d: `M${across(l.at)} ${y + 9}H${across(l.until)}`, class: `cr-s ${kind}`, "stroke-width": 2}));
    parts.push(shape("rect", {x: x - half, y: y - 8, width: 2 * half, height: 16, rx: m.severity === "error" ? 2 : 8, class: `cr-badge ${kind}`}));
    parts.push(words(x, y + 4, String(m.n), `cr-no ${kind}`, "middle"));
    if (l.text) parts.push(words(l.side === "right" ? x + half + 4 : x - half - 4, y + 4, l.text, "cr-label", l.side === "right" ? "start" : "end"));
    const link = shape("a", {href: `#finding-${m.n}`, class: m === this.page.chosen ? "chosen" : ""}, ...parts);
    link.addEventListener("click", event => {
      event.preventDefault();
      this.page.choose(m, {push: true});
    });
    return link;
  }
}
