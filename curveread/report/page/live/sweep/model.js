// Many runs, column by column in the order of the table; which are shown, which one is pointed at.

class Sweep {
  constructor(data) {
    this.data = data;
    this.names = data.names;
    this.health = data.health;
    this.n = data.names.length;
    this.forms = Object.fromEntries(Object.entries(data.forms).map(([name, text]) => [name, unpack(text)]));
    this.form = data.outcome?.form;
    this.settings = data.settings.map(s => ({...s, at: unpack(s.at), numbers: s.numbers && unpack(s.numbers)}));
    this.broken = Uint8Array.from(data.health, h => h === "error" ? 1 : 0);
    this.filtered = new Uint8Array(this.n).fill(1);
    this.hot = -1;
  }

  get outcome() {
    return this.forms[this.form];
  }

  value(setting, row) {
    return setting.at[row] < 0 ? "" : setting.texts[setting.at[row]];
  }

  // What a pointer or a screen reader is told of a run.
  told(row) {
    const lines = [this.names[row]];
    const set = this.settings.filter(s => !s.run && s.at[row] >= 0).slice(0, 8).map(s => `${s.name} ${this.value(s, row)}`);
    if (set.length) lines.push(set.join(", "));
    if (this.data.outcome) {
      const [first, ...others] = [this.form, ...Object.keys(this.forms).filter(f => f !== this.form)];
      lines.push(`${this.data.outcome.name} ${number(this.outcome[row])} (${this.data.outcome.forms[first]})`);
      lines.push(others.map(f => `${this.data.outcome.forms[f]} ${number(this.forms[f][row])}`).join(", "));
    }
    lines.push(this.data.words[this.health[row]]);
    return lines;
  }
}

// How far a vertical axis reaches: as the sound runs need it, and to the broken ones while those do not squeeze them.
function heights(sound, broken, log, rules) {
  const fits = v => Number.isFinite(v) && (!log || v > 0);
  const good = sound.filter(fits), bad = broken.filter(fits);
  const [low, high] = reach([good.length ? good : bad], log, rules);
  if (!good.length || !bad.length) return [low, high];
  const put = log ? Math.log10 : v => v, room = log ? Math.max(2, put(high) - put(low)) : (high - low) / 2;
  const near = bad.filter(v => put(v) <= put(high) + room && put(v) >= put(low) - room);
  return reach([Float64Array.from([...good, ...near])], log, {...rules, few: Infinity});
}

// Whether values are told apart on a logarithmic axis only.
function decades(values, rules) {
  const good = values.filter(v => Number.isFinite(v)).sort();
  return good.length > 1 && good[0] > 0 && good[good.length - 1] / good[0] > rules.decades;
}
