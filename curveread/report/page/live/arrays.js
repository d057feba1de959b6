// Arrays as the page carries them, places in them, numbers as people write them.

function unpack(text) {
  const kinds = {i: Int32Array, d: Float64Array, f: Float32Array};
  const raw = atob(text.slice(1)), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return Float64Array.from(new kinds[text[0]](bytes.buffer));
}

// First position whose value is not below x.
function position(values, x) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < x) low = middle + 1; else high = middle;
  }
  return low;
}

// Position of the value nearest to x, -1 when there is none.
function nearest(values, x) {
  const i = position(values, x);
  if (i >= values.length) return values.length - 1;
  return i > 0 && x - values[i - 1] <= values[i] - x ? i - 1 : i;
}

function number(value, digits = 4) {
  if (Number.isNaN(value)) return "no number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  let text;
  if (size >= 1e7 || size < 1e-3) {
    text = value.toExponential(Math.max(digits - 2, 0)).replace(/\.?0*e\+?/, "e");
  } else if (size >= 1000 || value === Math.trunc(value)) {
    text = Math.round(value).toLocaleString("en-US");
  } else {
    text = String(Number(value.toPrecision(digits)));
  }
  return text.replaceAll("-", "−");
}

const count = value => Math.round(value).toLocaleString("en-US").replace("-", "−");

function compact(value) {
  const size = Math.abs(value);
  const [unit, letter] = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]].find(u => size >= u[0] && size >= 1e4) || [1, ""];
  return letter ? String(Number((value / unit).toPrecision(4))).replace("-", "−") + letter
    : Number(value.toPrecision(6)).toLocaleString("en-US", {maximumFractionDigits: 6}).replace("-", "−");
}

function duration(seconds) {
  const [size, name] = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"]].find(u => seconds >= u[0]) || [1, "s"];
  if (seconds < 60) return `${Number((seconds / size).toPrecision(3))} ${name}`;
  const parts = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = parts.findIndex(p => seconds >= p[1]);
  let rest = Math.round(seconds / (parts[first + 1] || parts[first])[1]) * (parts[first + 1] || parts[first])[1];
  return parts.slice(first, first + 2).map(([name, size]) => {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    return whole ? `${whole} ${name}` : "";
  }).filter(Boolean).join(" ");
}
