// Keys, and what the page knows better than the kernel: whether there is an answer, or a kernel.

const SOON = 300; // milliseconds in which an answer needs no sign
const LATER = 100; // milliseconds after which the page asks for it
const AGAIN = "what you see is its last picture. Run this cell again (Shift-Enter).";
const ANEW = `The kernel of this explorer was restarted: ${AGAIN}`;
const ENDED = `The kernel of this explorer has ended: ${AGAIN}`;
const GONE = { restarting: ANEW, autorestarting: ANEW, terminating: ENDED, dead: ENDED };

const isForJupyter = (event) =>
  event.ctrlKey ||
  event.metaKey ||
  event.key === "Escape" ||
  (event.key === "Enter" && event.shiftKey);

/** All other keys are the controls': JupyterLab and Notebook 7 pass over what has the attribute. */
function keepKeys(explorer, signal) {
  const claim = (event) => {
    if (explorer.contains(event.target))
      event.target.toggleAttribute("data-lm-suppress-shortcuts", !isForJupyter(event));
  };
  const keep = (event) => isForJupyter(event) || event.stopPropagation();
  window.addEventListener("keydown", claim, { signal, capture: true }); // before Jupyter looks
  explorer.addEventListener("keydown", keep, { signal });
}

/** One line above the controls; `working…` takes no room, for it comes and goes. */
function makeSign(home) {
  const sign = document.createElement("div"), line = document.createElement("div");
  sign.setAttribute("role", "status");
  line.append(sign);
  home.append(line);
  home.style.display = "contents"; // its parts stand above and below all else of the explorer
  Object.assign(line.style, { order: -1, position: "relative" });
  return (text, name) => {
    if (sign.textContent !== text) sign.textContent = text;
    sign.className = text ? name : "";
    sign.style.cssText = name === "sl-working"
      ? "position:absolute;right:0;top:0;z-index:1;background:var(--jp-layout-color1,white)"
      : "font-size:15px;line-height:2";
  };
}

/** Whoever does something gets a sign when the kernel does not answer soon. Whether it has answered
 * is asked when most answers are there, for the question would hold up the picture. Two pages may
 * show one explorer, and neither knows how far the other counts until its answer has come. */
function awaitAnswers(model, explorer, show, signal) {
  let sign, timer, due = false;
  const waits = () => model.get("moved") > model.get("answered");
  const rest = () => {
    clearTimeout(sign);
    sign = undefined;
    show(false);
  };
  const look = () => {
    const busy = due || waits();
    explorer.setAttribute("aria-busy", busy);
    if (!busy) rest();
    else sign ??= setTimeout(show, SOON, true);
  };
  const ask = () => {
    timer = undefined;
    if (waits()) return; // and once more when this is answered
    due = false;
    model.set("moved", model.get("answered") + 1);
    model.save_changes();
    look();
  };
  const answered = () => {
    if (!waits()) rest();
    if (due && !timer) ask();
    else look();
  };
  const moved = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    if (event.type !== "pointermove") model.set("note", ""); // who goes on has read it
    due = true;
    timer ??= setTimeout(ask, LATER);
    look();
  };
  for (const kind of ["pointerdown", "pointermove", "pointerup", "click", "change", "keydown"])
    explorer.addEventListener(kind, moved, { signal, capture: true });
  model.on("change:answered", answered);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    clearTimeout(sign);
    model.off("change:answered", answered);
  });
  look(); // a view before this one may have closed while it waited
}

/** When the kernel has gone, the explorer says so once, and its controls move no more. */
function watchKernel(model, explorer, gone, signal) {
  const changed = (_, status) => GONE[status] && gone(GONE[status]);
  const ended = () => gone(ENDED);
  const kernel = model.widget_manager?.kernel; // not every host shows it
  kernel?.statusChanged?.connect(changed);
  kernel?.disposed?.connect(ended);
  signal.addEventListener("abort", () => {
    kernel?.statusChanged?.disconnect(changed);
    kernel?.disposed?.disconnect(ended);
  });
  const cut = () => explorer.matches(".jupyter-widgets-disconnected") && gone(ANEW);
  const observer = new MutationObserver(cut);
  observer.observe(explorer, { attributeFilter: ["class"] });
  signal.addEventListener("abort", () => observer.disconnect());
}

function signs(model, home, explorer, signal) {
  const sign = makeSign(home);
  let lost = "", working = false;
  const show = () => {
    if (lost) sign(lost, "sl-gone");
    else if (working) sign("working…", "sl-working");
    else sign(model.get("note"), "sl-note");
  };
  const gone = (sentence) => {
    lost ||= sentence;
    for (const part of explorer.children) part.inert = part !== home;
    for (const part of home.querySelectorAll(".sl-tools, .sl-quiz-panel")) {
      part.inert = true;
      part.dispatchEvent(new Event("gone"));
    }
    show();
  };
  keepKeys(explorer, signal);
  awaitAnswers(model, explorer, (now) => ((working = now), show()), signal);
  watchKernel(model, explorer, gone, signal);
  model.on("change:note", show);
  signal.addEventListener("abort", () => model.off("change:note", show));
  show();
}
