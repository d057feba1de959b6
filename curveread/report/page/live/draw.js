// Curves, bands, gaps and spots on a panel's canvas. Each column of pixels shows its lowest and highest point.

const INKS = ["train", "eval", "plain", "third", "fourth", "fifth", "sixth", "ok", "info", "warning", "error", "paper", "ink", "soft", "grid", "edge", "wash"];
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

function line(ctx, place, xs, ys) {
  const [from, until] = within(xs, place.low, place.high);
  let column = NaN, first = 0, low = 0, high = 0, last = 0, down = false;
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

// The area between two lines; a NaN breaks it. Where it would fill the plot, as in a window of noise, its edges alone.
function band(ctx, place, xs, low, high) {
  const [from, until] = within(xs, place.low, place.high);
  const filled = low.slice(from, until).map((v, i) => (place.y(v) - place.y(high[from + i])) / place.height).filter(v => v >= 0).sort();
  if (filled[filled.length >> 1] > 0.75) {
    ctx.strokeStyle = ctx.fillStyle;
    ctx.globalAlpha *= 3;
    ctx.lineWidth = place.ratio;
    for (const edge of [low, high]) line(ctx, place, xs, edge);
    return;
  }
  ctx.beginPath();
  for (let a = from, b = from; a < until; a = b + 1) {
    for (b = a; b < until && !Number.isNaN(low[b]); b++) ctx.lineTo(place.x(xs[b]), place.y(high[b]));
    for (let i = b - 1; i >= a; i--) ctx.lineTo(place.x(xs[i]), place.y(low[i]));
    if (b > a) ctx.closePath();
    if (b + 1 < until) ctx.moveTo(place.x(xs[b + 1]), place.y(high[b + 1]));
  }
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

// Where the points of a line stand in the plot as fractions, held inside it; of those beyond it at the sides only the nearest.
function shares(place, xs, ys) {
  const [from, until] = within(xs, place.low, place.high), put = v => place.log ? (v > 0 ? Math.log10(v) : -Infinity) : v;
  const up = v => Math.min(Math.max((put(v) / 2 - place.bottom / 2) / place.tall, 0), 1);
  return [xs.slice(from, until).map(x => (x - place.low) / place.wide), ys.slice(from, until).map(v => Number.isNaN(v) ? NaN : up(v))];
}

// A note with a rim of paper; its place is in pixels of CSS from the plot's corner.
function written(ctx, place, {x, y, text, anchor}) {
  const ratio = place.ratio, where = [text, place.left + x * ratio, place.top + y * ratio];
  ctx.textAlign = {start: "left", end: "right", middle: "center"}[anchor];
  ctx.lineJoin = "round";
  ctx.lineWidth = 3 * ratio;
  ctx.strokeStyle = colours.paper;
  ctx.fillStyle = colours.ink;
  ctx.strokeText(...where);
  ctx.fillText(...where);
}
