// What depends on who looks: the width of the page, its theme, words for a screen reader, and the
// picture that a saved notebook keeps. `root` is the explorer's element.
const STAMP = "a picture: run this cell, ⇧ ⏎, to move it";
const REST = 2000; // ms without a change before a picture is taken

const RAISED = Object.fromEntries([..."0123456789+-−()n"].map((c, i) => [c, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ"[i]]));

/** An exponent in letters of its own: in plain text 2<sup>4</sup> would be 24. */
const raised = (text) => [...text].map((letter) => RAISED[letter] ?? `^${letter}`).join("");

function raise(node) {
  for (const high of node.querySelectorAll("sup")) high.replaceWith(raised(high.textContent));
  return node;
}

const words = (node) => (node ? raise(node.cloneNode(true)).textContent.trim() : "");

/** The words of a text that plotly has drawn, from its own note of what it was given. */
function drawnWords(text) {
  const given = text.dataset.unformatted ?? text.textContent;
  return words(new DOMParser().parseFromString(given, "text/html").body);
}

function paper(node) {
  for (; node; node = node.parentElement) {
    const color = getComputedStyle(node).backgroundColor;
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    if (alpha > 0.5) return { color, dark: 0.3 * red + 0.59 * green + 0.11 * blue < 128 };
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return { color: dark ? "#111111" : "#ffffff", dark };
}

/** The widths of an explorer's views; each explorer has this module for itself. */
const views = new Map();

/** All views of an explorer share one figure: it is as wide as the narrowest of them. */
function share(model) {
  const width = Math.min(...views.values()), before = model.get("width");
  // A scroll bar that goes is no reason to draw.
  if (width < before || (width > before + 20 && width < Infinity)) model.set("width", width);
}

/** Until the kernel has arranged a figure for a new width, the page shrinks or grows it as it is. */
function follow(model, figure) {
  const ratio = model.get("width") / figure._fullLayout?.width || 1; // 1 where a figure goes
  figure.style.zoom = Math.min(2, Math.max(0.5, ratio));
}

function fit(model, root) {
  let waiting;
  const figure = root.querySelector(".js-plotly-plot"), stretch = () => follow(model, figure);
  const tell = () => {
    const width = Math.floor(root.clientWidth), { dark } = paper(root);
    root.classList.toggle("sl-dark", dark);
    model.set("dark", dark);
    if (hall(model)) model.set("room", roomFor(figure, root));
    if (width) views.set(root, width);
    else views.delete(root); // a page that hides has no width
    share(model);
    stretch();
    model.save_changes();
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, 120);
  };
  const grow = () => {
    const letter = model.get("letter"), ours = hall(model) ? 13 : 14; // as a control's letters are
    root.style.setProperty("--sl-zoom", Math.max(1, letter / ours));
    root.style.setProperty("--sl-letter", `${letter}px`);
  };
  const size = new ResizeObserver(soon), theme = new MutationObserver(soon);
  const system = matchMedia("(prefers-color-scheme: dark)");
  size.observe(root);
  for (const part of root.children) if (!part.contains(figure)) size.observe(part);
  root.querySelectorAll(".sl-quiz-panel").forEach((panel) => size.observe(panel));
  theme.observe(document.body, { attributes: true });
  system.addEventListener("change", soon);
  model.on("change:letter change:lecture", grow);
  model.on("change:letter change:lecture", soon); // controls and sentence are as high as they are wide
  model.on("change:width", stretch); // another view may be the narrower one
  figure.on("plotly_afterplot", stretch);
  grow();
  tell();
  return () => {
    views.delete(root);
    share(model); // said with whatever is said next, for this page may be gone
    size.disconnect();
    theme.disconnect();
    system.removeEventListener("change", soon);
    model.off("change:letter change:lecture", grow);
    model.off("change:letter change:lecture", soon);
    model.off("change:width", stretch);
  };
}

function settings(root) {
  return [...root.querySelectorAll(".widget-hslider, .widget-dropdown")]
    .map((box) => {
      const value = box.querySelector("select")?.selectedOptions[0] ?? box.querySelector(".widget-readout");
      return `${words(box.querySelector(".widget-label"))} ${words(value)}`;
    })
    .join(" · ");
}

function speak(root) {
  const watched = [];
  const watch = (node, say) => {
    const observer = new MutationObserver(say);
    const attributes = { attributes: true, attributeFilter: ["aria-valuetext"] };
    observer.observe(node, { subtree: true, childList: true, characterData: true, ...attributes });
    watched.push(observer);
    say();
  };
  const set = (node, name, value) => {
    if (node && node.getAttribute(name) !== value) node.setAttribute(name, value);
  };
  for (const box of root.querySelectorAll(".widget-hslider"))
    watch(box, () => {
      const handle = box.querySelector(".noUi-handle");
      set(handle, "aria-label", words(box.querySelector(".widget-label")));
      set(handle, "aria-valuetext", words(box.querySelector(".widget-readout")));
    });
  const [status, error] = [root.querySelector(".sl-status"), root.querySelector(".sl-error")];
  set(error, "role", "alert");
  set(status, "role", "status");
  set(status, "aria-live", "polite");
  const figure = root.querySelector(".js-plotly-plot");
  set(figure, "role", "img");
  watch(status, () => {
    raise(status); // whoever listens hears plain text
    const titles = [...figure.querySelectorAll(".annotation-text")].map(drawnWords);
    set(figure, "aria-label", `Panels: ${titles.join("; ")}. ${words(status)}`);
  });
  set(root.querySelector(".sl-progress"), "aria-hidden", "true"); // the words beside it say as much
  return () => watched.forEach((observer) => observer.disconnect());
}

/** The sentence keeps the height of its longest so far: what is below it does not jump. */
function steady(status) {
  let width;
  const keepHeight = () => {
    if (width !== (width = status.clientWidth)) status.style.minHeight = "";
    status.style.minHeight = `${status.offsetHeight}px`;
  };
  const observer = new ResizeObserver(keepHeight);
  observer.observe(status);
  return () => observer.disconnect();
}

function draw(root) {
  const layers = [...root.querySelectorAll(".js-plotly-plot .main-svg")];
  const whole = layers[0].cloneNode(true);
  for (const layer of layers.slice(1)) whole.append(...layer.cloneNode(true).childNodes);
  const text = new XMLSerializer().serializeToString(whole);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  return image.decode().then(() => image);
}

function lines(pen, text, width) {
  const found = [""];
  for (const word of text.split(" ")) {
    const longer = `${found.at(-1)} ${word}`.trim();
    if (found.at(-1) && pen.measureText(longer).width > width) found.push(word);
    else found[found.length - 1] = longer;
  }
  return found;
}

// The figure, what was chosen above it, the sentence below it, and a stamp that says what it is.
async function picture(root, stamped = STAMP, zoom = 1) {
  const image = await draw(root), { color, dark } = paper(root);
  const scale = Math.min(1, 1160 / image.width), width = image.width * scale;
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  const font = (size, style = "") => (pen.font = `${style} ${size}px Helvetica, Arial, sans-serif`);
  const stamp = font(14, "bold") && stamped && pen.measureText(stamped).width + 24;
  font(14);
  const above = lines(pen, settings(root), width - stamp - 30);
  font(16);
  const sentence = words(root.querySelector(".sl-status")), below = lines(pen, sentence, width - 20);
  const top = Math.max(2, above.length) * 20 + 14, foot = top + image.height * scale;
  const height = foot + below.length * 24 + 12;
  canvas.width = Math.ceil(zoom * width);
  canvas.height = Math.ceil(zoom * height);
  pen.scale(zoom, zoom);
  pen.fillStyle = color;
  pen.fillRect(0, 0, width + 1, height + 1);
  pen.drawImage(image, 0, top, width, image.height * scale);
  pen.fillStyle = dark ? "#f2f2f2" : "#222222";
  font(14);
  above.forEach((line, i) => pen.fillText(line, 10, 24 + 20 * i));
  font(16);
  below.forEach((line, i) => pen.fillText(line, 10, foot + 18 + 24 * i));
  if (stamped) {
    pen.fillStyle = "#fff3c4";
    pen.fillRect(width - stamp - 8, 6, stamp, 28);
    pen.strokeStyle = pen.fillStyle = "#6b4e00";
    pen.strokeRect(width - stamp - 8, 6, stamp, 28);
    font(14, "bold");
    pen.fillText(stamped, width - stamp + 4, 25);
  }
  const png = canvas.toDataURL("image/png").split(",")[1];
  const alt = `A picture of the explorer. ${settings(root)}. ${sentence}`;
  return { png, alt, width: Math.ceil(width) };
}

function keep(model, root) {
  let waiting, newest = 0;
  const take = async (mine) => {
    if (!root.isConnected || !root.querySelector(".js-plotly-plot .main-svg")) return;
    const sharp = Math.min(2, Math.max(1, window.devicePixelRatio)); // what its screen can show
    const still = await picture(root, STAMP, sharp);
    if (mine !== newest) return; // something has moved meanwhile, and a later one will follow
    model.set("still", still);
    model.save_changes();
  };
  const later = () => {
    const mine = ++newest, idle = window.requestIdleCallback ?? setTimeout;
    clearTimeout(waiting);
    waiting = setTimeout(() => idle(() => take(mine)), REST);
  };
  model.on("change:sent", later);
  later();
  return () => {
    clearTimeout(waiting);
    newest += 1;
    model.off("change:sent", later);
  };
}

function look(model, root) {
  const still = steady(root.querySelector(".sl-status"));
  const ends = [fit(model, root), speak(root), keep(model, root), still];
  return () => ends.forEach((end) => end());
}
