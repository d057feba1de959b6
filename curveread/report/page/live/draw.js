// Curves, bands, gaps and spots on a panel's canvas. Each column of pixels shows its lowest and highest point.

const INKS = ["train", "eval", "plain", "third", "fourth", "fifth", "sixth", "ok", "info", "warning", "error", "paper", "ink", "soft", "grid"];
let colours = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  colours = Object.fromEntries(INKS.map(name => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// Where a panel's values lie on its canvas, in device pixels.
class Place {
  constructor(plot, log) {
    const {left, top, width, height} = plot.bbox, {x, y} = plot.scales;
    Object.assign(this, {left, top, width, height, ratio: devicePixelRatio || 1, log});
    this.low = x.min;
    this.high = x.max;
    this.bottom = log ? Math.log10(y.min) : y.min;
    this.tall = (log ? Math.log10(y.max) : y.max) / 2 - this.bottom / 2;
    this.wide = x.max - x.min;
  }

  x(value) {
    return this.left + (value - this.low) / this.wide * this.width;
  }

  y(value) {
    const v = this.log ? (value > 0 ? Math.log10(value) : -Infinity) : value;
    const share = (v / 2 - this.bottom / 2) / this.tall;
    return this.top + (1 - Math.min(Math.max(share, -0.05), 1.05)) * this.height;
  }
}

// Draws inside the plot and a margin around it, with the pen as every part expects it.
function pen(ctx, place, margin, draw) {
  const side = margin * place.ratio, over = Math.max(margin, 4) * place.ratio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(place.left - side, place.top - over, place.width + 2 * side, place.height + 2 * over);
  ctx.clip();
  ctx.font = `${11.5 * place.ratio}px ${FAMILY}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.lineJoin = ctx.lineCap = "round";
  draw();
  ctx.restore();
}

function upright(ctx, x, top, bottom, colour, width) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, bottom);
  ctx.stroke();
}

function within(xs, low, high) {
  return [Math.max(position(xs, low) - 1, 0), Math.min(position(xs, high) + 2, xs.length)];
}

function line(ctx, place, xs, ys, busy) {
  const [from, until] = within(xs, place.low, place.high);
  let column = NaN, first = 0, low = 0, high = 0, last = 0, down = false, before = [0, 0];
  const flush = () => {
    if (!Number.isFinite(column)) return;
    down ? ctx.lineTo(column, first) : ctx.moveTo(column, first);
    if (low !== high) {
      ctx.lineTo(column, low);
      ctx.lineTo(column, high);
      ctx.lineTo(column, last);
    } else if (!down) {
      ctx.lineTo(column + 0.01, first);
    }
    if (busy) {
      if (!down) before = [column, first];
      const way = down ? Math.min(Math.max(1, Math.round(Math.max(Math.abs(column - before[0]), Math.abs(first - before[1])) / 6)), 400) : 1;
      for (let k = 1; k <= way; k++) busy.push(before[0] + (column - before[0]) * k / way, before[1] + (first - before[1]) * k / way);
    }
    before = [column, last];
    down = true;
  };
  ctx.beginPath();
  for (let i = from; i < until; i++) {
    if (Number.isNaN(ys[i])) {
      flush();
      column = NaN;
      down = false;
      continue;
    }
    const x = Math.round(place.x(xs[i]) * 2) / 2, y = place.y(ys[i]);
    if (x === column) {
      low = Math.min(low, y);
      high = Math.max(high, y);
      last = y;
    } else {
      flush();
      column = x;
      first = low = high = last = y;
    }
  }
  flush();
  ctx.stroke();
  return until - from;
}

function dots(ctx, place, xs, ys, radius) {
  const [from, until] = within(xs, place.low, place.high);
  ctx.beginPath();
  for (let i = from; i < until; i++) {
    if (!Number.isFinite(ys[i])) continue;
    const x = place.x(xs[i]), y = place.y(ys[i]);
    ctx.moveTo(x + radius, y);
    ctx.arc(x, y, radius, 0, 7);
  }
  ctx.fill();
}

function band(ctx, place, xs, low, high) {
  const [from, until] = within(xs, place.low, place.high);
  ctx.beginPath();
  for (let i = from; i < until; i++) ctx.lineTo(place.x(xs[i]), place.y(high[i]));
  for (let i = until - 1; i >= from; i--) ctx.lineTo(place.x(xs[i]), place.y(low[i]));
  ctx.fill();
}

function hatch(ctx, place, first, last) {
  let a = Math.max(place.x(first), place.left), b = Math.min(place.x(last), place.left + place.width);
  if (b < place.left || a > place.left + place.width) return;
  if (b - a < 3 * place.ratio) [a, b] = [(a + b) / 2 - 1.5 * place.ratio, (a + b) / 2 + 1.5 * place.ratio];
  ctx.save();
  ctx.beginPath();
  ctx.rect(a, place.top, b - a, place.height);
  ctx.clip();
  ctx.strokeStyle = colours.soft;
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = place.ratio;
  ctx.beginPath();
  for (let x = a - place.height - ((a - place.height) % (7 * place.ratio)); x < b; x += 7 * place.ratio) {
    ctx.moveTo(x, place.top + place.height);
    ctx.lineTo(x + place.height, place.top);
  }
  ctx.stroke();
  ctx.restore();
}

// A short text beside a spot, where it covers least; none where every place is taken.
function note(ctx, place, others, taken, busy, x, y, text) {
  const ratio = place.ratio, wide = ctx.measureText(text).width, tall = 14 * ratio, gap = 8 * ratio;
  let best = null;
  for (const dy of [0, -tall, tall, -1.7 * tall, 1.7 * tall]) for (const left of [x + gap, x - gap - wide, x - wide / 2]) {
    if (dy === 0 && left === x - wide / 2) continue;
    const top = Math.min(Math.max(y + dy - tall / 2, place.top + 1), place.top + place.height - tall);
    const box = [left, top, left + wide, top + tall];
    if (left < place.left || box[2] > place.left + place.width) continue;
    if (others.some(t => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3])) continue;
    let covered = 0;
    for (let i = 0; i < busy.length; i += 2) if (busy[i] > box[0] && busy[i] < box[2] && busy[i + 1] > box[1] && busy[i + 1] < box[3]) covered++;
    if (!best || covered < best.covered) best = {covered, box};
  }
  if (best) taken.push(written(ctx, ratio, text, best.box[0], best.box[1] + tall / 2));
}

// Text with a rim of paper; returns what it covers.
function written(ctx, ratio, text, x, y) {
  ctx.lineJoin = "round";
  ctx.lineWidth = 3 * ratio;
  ctx.strokeStyle = colours.paper;
  ctx.fillStyle = colours.ink;
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
  return [x, y - 7 * ratio, x + ctx.measureText(text).width, y + 7 * ratio];
}
