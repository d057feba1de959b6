// A chart: a canvas with its axes, one over it for what the pointer is at, and the words beside that.

const BESIDE = 52;  // left of a plot
const tip = element("div", {class: "tip", "aria-hidden": "true"});

class Frame {
  constructor(root, {title = "", label}) {
    this.base = element("canvas", {"aria-hidden": "true"});
    this.over = element("canvas", {"aria-hidden": "true"});
    this.box = element("div", {class: "box"}, this.base, this.over);
    this.root = element("figure", {class: "frame", "aria-label": label}, ...(title ? [element("div", {class: "title"}, title)] : []), this.box);
    root.append(this.root);
  }

  size(width, height) {
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    this.box.style.height = `${height}px`;
    Object.assign(this, {width, height, ratio});
  }

  // Lays the axes out: x and y are ranges, `rail` pixels at the top (or, negative, at the bottom) are kept free.
  lay(x, y, log, rail = 0) {
    const {ratio} = this, top = 8 + Math.max(rail, 0), bottom = this.height - 24 + Math.min(rail, 0);
    const bbox = {left: BESIDE * ratio, top: top * ratio, width: (this.width - BESIDE - 12) * ratio, height: (bottom - top) * ratio};
    this.place = new Place({bbox, scales: {x: {min: x[0], max: x[1]}, y: {min: y[0], max: y[1]}}}, log);
    return this.place;
  }

  // Ticks of both axes; those of x that would touch the one before are left without their words.
  axes(ctx, xTicked, yTicked) {
    const {place: p, ratio} = this, right = p.left + p.width, foot = (this.height - 24) * ratio;
    ctx.font = `${11 * ratio}px ${FAMILY}`;
    ctx.textBaseline = "middle";
    ctx.lineWidth = ratio;
    ctx.strokeStyle = colours.grid;
    ctx.fillStyle = colours.soft;
    ctx.textAlign = "right";
    for (const {at, text} of yTicked) {
      const y = p.y(at);
      ctx.beginPath();
      ctx.moveTo(p.left, y);
      ctx.lineTo(right, y);
      ctx.stroke();
      ctx.fillText(text, p.left - 7 * ratio, y);
    }
    ctx.textAlign = "center";
    let edge = -Infinity;
    for (const {at, text} of xTicked) {
      const x = p.x(at), half = ctx.measureText(text).width / 2;
      upright(ctx, x, foot, foot + 4 * ratio, colours.edge, ratio);
      const middle = Math.min(Math.max(x, half), this.width * ratio - half);
      if (middle - half < edge + 6 * ratio) continue;
      ctx.fillText(text, middle, foot + 13 * ratio);
      edge = middle + half;
    }
  }

  clear(canvas = this.base) {
    const ctx = canvas.getContext("2d");
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    return ctx;
  }

  // Where an event is, in device pixels of the canvas.
  where(event) {
    const box = this.over.getBoundingClientRect();
    return [(event.clientX - box.left) * this.ratio, (event.clientY - box.top) * this.ratio];
  }

  // Says lines of text beside a place of the canvas.
  say(lines, x, y) {
    tip.replaceChildren(...lines.filter(Boolean).map((l, i) => element(i ? "div" : "b", {}, l)));
    if (tip.parentElement !== this.box) this.box.append(tip);
    const left = x / this.ratio, wide = tip.offsetWidth, at = left + 14 + wide > this.width ? left - 14 - wide : left + 14;
    tip.style.left = `${Math.max(Math.min(at, this.width - wide), -8)}px`;
    tip.style.top = `${Math.max(y / this.ratio - tip.offsetHeight - 8, -30)}px`;
  }
}

function spot(ctx, x, y, radius, broken) {
  ctx.beginPath();
  if (broken) {
    ctx.moveTo(x - radius, y - radius);
    ctx.lineTo(x + radius, y + radius);
    ctx.moveTo(x - radius, y + radius);
    ctx.lineTo(x + radius, y - radius);
    ctx.stroke();
  } else {
    ctx.arc(x, y, radius, 0, 7);
    ctx.fill();
  }
}
