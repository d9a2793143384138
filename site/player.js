// Plays films: explorers that were recorded in every state of a plan (scorelab/explore/film.py).
"use strict";
const HOME = new URL(".", document.currentScript.src);
const FIXED = "What is grey needs Python: run the notebook for it.";
const PACE = 150; // ms from one place to the next while a slider goes on by itself
const GAP = -32768, STEPS = 4096;
const SHOW = { displaylogo: false, displayModeBar: false };
const AT_ONCE = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } };

// Reading: scorelab/explore/reel.py says what a file is.

async function unpack(name) {
  const answer = await fetch(new URL(name, HOME));
  if (!answer.ok) throw new Error(`${answer.status} for ${name}`);
  const plain = answer.body.pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(plain).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true), foot = 4 + length;
  const file = JSON.parse(new TextDecoder().decode(bytes.subarray(4, foot))), count = (bytes.length - foot) / 2;
  const low = bytes.subarray(foot, foot + count), high = bytes.subarray(foot + count), starts = [0];
  for (const [n] of file.arrays) starts.push(starts.at(-1) + n);
  return Object.assign(file, { low, high, starts, steps: [], values: [] });
}

/** An array in whole steps of its scale: a table that was told column after column. */
function steps(file, which) {
  if (file.steps[which]) return file.steps[which];
  const [n, , columns, how, before] = file.arrays[which];
  const former = before < 0 ? null : steps(file, before), found = new Int16Array(n);
  let read = file.starts[which];
  for (let c = 0; c < columns; c++)
    for (let i = c; i < n; i += columns, read++) {
      const folded = file.low[read] | (file.high[read] << 8), above = found[i - columns] ?? 0;
      const guess = how[c] === "b" ? former[i] : how[c] === "l" && c ? found[i - 1] : above;
      found[i] = guess + ((folded >> 1) ^ -(folded & 1));
    }
  return (file.steps[which] = found);
}

function values(file, which) {
  if (file.values[which]) return file.values[which];
  const [, [low, high, log], , , , wide] = file.arrays[which], step = (high - low) / STEPS;
  const value = (s) => (s === GAP ? NaN : log ? 10 ** (low + s * step) : low + s * step);
  let found = Array.from(steps(file, which), value); // of a typed one plotly looks at each key
  const row = (_, r) => found.slice(r * wide, (r + 1) * wide);
  return (file.values[which] = wide ? Array.from({ length: found.length / wide }, row) : found);
}

// Drawing

const isDark = () => document.documentElement.dataset.theme === "dark";

/** A style in the colours of the page: each colour of the light one has its own on the dark. */
function painted(style, night) {
  if (!isDark()) return structuredClone(style);
  const colors = /#[0-9A-Fa-f]{6}|(?<=rgba\()\d+,\d+,\d+/g;
  return JSON.parse(JSON.stringify(style).replace(colors, (color) => night[color] ?? color));
}

/** Changes upon a layout; of a list, place by place, unless it holds numbers. */
function merge(old, changes) {
  for (const [name, value] of Object.entries(changes)) {
    const deep = value && typeof value === "object" && old[name] && typeof value[0] !== "number";
    if (deep) merge(old[name], value);
    else old[name] = value;
  }
  return old;
}

let plotly;
const bringPlotly = () =>
  (plotly ??= new Promise((onload, onerror) => {
    document.head.append(make("script", "", { src: new URL("plotly.min.js", HOME), onload, onerror }));
  }));

const make = (tag, name = "", more = {}) => Object.assign(document.createElement(tag), { className: name, ...more });
const KINDS = { choice: "widget-dropdown", slider: "widget-hslider", bar: "widget-progress", words: "widget-label" };

class Player {
  constructor(home, head) {
    Object.assign(this, { home, head, reels: new Map(), controls: {}, drawn: [], asked: 0 });
    for (const row of head.rows) {
      const box = make("div", "widget-hbox");
      box.append(...row.map((about) => this.build(about)));
      home.append(box);
    }
    this.figure = make("div", "sl-figure", { role: "img", ariaLabel: "The figure is on its way" });
    this.status = make("div", "sl-status", { role: "status" });
    home.append(this.figure, this.status);
    if (home.querySelector(":disabled")) home.append(make("p", "sl-why", { textContent: FIXED }));
    const theme = new MutationObserver(() => this.show());
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    new ResizeObserver(() => this.show()).observe(home);
  }

  // Controls, as they stand in the notebook

  build(about) {
    if (about.tip && !about.options) return this.button(about);
    const box = make("span", `sl-${about.name} ${KINDS[about.kind]}`);
    if (about.options) box.append(this[about.kind](about));
    else if (about.kind === "bar") box.append(make("progress", "", { max: 1, ariaHidden: true }));
    return box;
  }

  /** A label around a control, which knows its place in the film and can be set to another. */
  labelled(about, input, set, read) {
    const label = make("label", "", { title: about.fixed ? FIXED : about.tip });
    label.append(make("span", "widget-label", { textContent: about.label }), input, ...read);
    label.style.width = about.width;
    input.disabled = about.fixed;
    const control = { about, set: (place) => set((control.place = place)) };
    if (about.fixed) input.setAttribute("aria-description", FIXED);
    else this.controls[about.name] = control;
    control.set(about.places[about.first]);
    input.addEventListener("input", () => this.move(control, about.places[input.selectedIndex ?? input.value]));
    return label;
  }

  choice(about) {
    const list = make("select");
    about.options.forEach((textContent, i) => {
      const disabled = about.places[i] < 0;
      list.append(make("option", "", { textContent, disabled, title: disabled ? FIXED : "" }));
    });
    const set = (place) => (list.selectedIndex = about.places.indexOf(place));
    return this.labelled(about, list, set, []);
  }

  slider(about) {
    const read = make("output", "widget-readout"), max = about.options.length - 1;
    const slide = make("input", "", { type: "range", min: 0, max, step: 1 });
    const set = (place) => {
      slide.value = place;
      read.textContent = slide.ariaValueText = about.options[place];
    };
    return this.labelled(about, slide, set, [read]);
  }

  button({ name, label, tip, slider = "stop" }) {
    const button = make("button", `sl-${name} jupyter-button`, { type: "button", title: tip, textContent: label });
    const act = {
      play: () => (this.timer ? this.halt() : this.play(slider, button)),
      train: () => this.play(slider),
      halt: () => this.halt(),
      reset: () => this.move(this.controls[slider], 0),
    };
    button.addEventListener("click", act[name]);
    return button;
  }

  move(control, place) {
    this.halt();
    control.set(place);
    return this.show();
  }

  /** Let a slider go on by itself to its last place; from there, it begins at the first. */
  play(name, button) {
    this.halt();
    const control = this.controls[name], last = control.about.options.length - 1;
    const next = () => {
      control.set(control.place === last ? 0 : control.place + 1);
      this.show();
      if (control.place === last) this.halt();
    };
    if (button) button.textContent = "Pause";
    this.timer = setInterval(next, PACE);
    next();
  }

  halt() {
    this.timer = clearInterval(this.timer);
    for (const button of this.home.querySelectorAll("button.sl-play")) button.textContent = "Play";
  }

  // Pictures

  place(axes) {
    return axes.reduce((sum, [name, count]) => sum * count + this.controls[name].place, 0);
  }

  reel() {
    const name = `films/${this.home.dataset.film}/${this.place(this.head.axes.slice(0, this.head.reels))}`;
    if (!this.reels.has(name)) this.reels.set(name, unpack(name));
    return this.reels.get(name);
  }

  async show() {
    const mine = ++this.asked;
    this.home.setAttribute("aria-busy", true);
    const [reel] = await Promise.all([this.reel(), bringPlotly()]);
    if (mine !== this.asked) return; // something has moved meanwhile
    const [layout, words, ...traces] = reel.states[this.place(this.head.axes.slice(this.head.reels))];
    await this.draw(reel, layout, traces.map((which) => reel.traces[which]));
    this.say(reel.sentences[words]);
    if (mine === this.asked) this.home.setAttribute("aria-busy", false);
  }

  /** Points and lines that only move are moved; all else is drawn anew. */
  draw(reel, layout, traces) {
    const { night, template, widths } = this.head, width = this.home.clientWidth;
    const [, zoom, fit] = widths.findLast(([w]) => w <= width) ?? widths[0];
    const data = traces.map(([style, ...arrays]) => {
      const trace = painted(reel.styles[style], night);
      arrays.forEach((array, k) => array < 0 || (trace["xyz"[k]] = values(reel, array)));
      return trace;
    });
    const look = [reel, layout, fit, isDark(), ...traces.map(([style]) => style), ...data.map(({ x }) => !x?.length)];
    const moves = look.every((each, i) => each === this.drawn[i]);
    this.drawn = look;
    this.home.classList.toggle("sl-dark", isDark());
    this.home.style.setProperty("--sl-zoom", Math.max(1, zoom));
    if (moves && data.every(({ type }) => type === "scatter"))
      return Plotly.animate(this.figure, { data: data.map(({ x, y }) => ({ x, y })), traces: [...data.keys()] }, AT_ONCE);
    return Plotly.react(this.figure, data, merge({ ...painted(reel.layouts[layout], night), template }, fit), SHOW);
  }

  say(sentence) {
    this.status.innerHTML = sentence;
    const titles = [...this.figure.querySelectorAll(".annotation-text")].map((title) => title.textContent);
    this.figure.ariaLabel = `Panels: ${titles.join("; ")}. ${this.status.textContent}`;
    const count = this.home.querySelector(".sl-count");
    if (!count) return;
    const { about, place } = this.controls.stop, last = about.options.length - 1;
    count.textContent = `${about.options[place]} of ${about.options[last]}`;
    this.home.querySelector("progress").value = place / last;
  }
}

/** An explorer that comes into view takes the place of its picture; without film that stays. */
async function begin(home) {
  try {
    bringPlotly(); // on its way while the head comes
    home.player = new Player(home, await unpack(`films/${home.dataset.film}/head`));
    home.classList.add("sl-explorer");
    await home.player.show();
    home.querySelector(".sl-still")?.remove();
  } catch (error) {
    home.replaceChildren(...home.querySelectorAll(".sl-still"));
    console.error(`No film for ${home.dataset.film}: ${error}`);
  }
}

const watch = new IntersectionObserver((seen) => {
  for (const { target } of seen.filter((each) => each.isIntersecting)) {
    watch.unobserve(target);
    begin(target);
  }
}, { rootMargin: "300px" });
document.querySelectorAll("[data-film]").forEach((home) => watch.observe(home));
