// What one does with an explorer as a whole: a row of small buttons below its sentence.

const hall = (model) => model.get("lecture");

/** What Voilà leaves free above and below, in pixels. */
const MARGIN = 24;

/** How high a figure may be so that its whole explorer is seen at once, with a line to spare. */
function roomFor(figure, root) {
  const around = document.fullscreenElement === root ? null : root.closest(".jp-WindowedPanel-outer");
  const height = around?.clientHeight ?? innerHeight - 2 * MARGIN * !document.fullscreenElement;
  const foot = root.querySelector(".sl-tools").getBoundingClientRect().bottom;
  const others = foot - root.getBoundingClientRect().top - figure.offsetHeight;
  return Math.max(300, Math.floor(height - others - 12));
}

function tool(name, label, tip, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", title: tip, textContent: label });
  button.className = `sl-tool sl-${name}`;
  button.addEventListener("click", act);
  return button;
}

/** The code of a state, to be seen and copied: it is selected where a page may not copy by itself. */
function codeField() {
  const field = Object.assign(document.createElement("input"), { readOnly: true, hidden: true });
  field.className = "sl-code";
  field.setAttribute("aria-label", "Code that makes this explorer as it is now");
  const said = Object.assign(document.createElement("span"), { className: "sl-said" });
  said.setAttribute("role", "status");
  const show = async (code) => {
    field.value = code;
    field.hidden = false;
    try {
      await navigator.clipboard.writeText(code);
      said.textContent = "Copied";
    } catch {
      field.select();
      said.textContent = "Copy with Ctrl or Cmd and C";
    }
  };
  const hide = () => {
    field.hidden = true;
    said.textContent = "";
  };
  const say = (words) => {
    said.textContent = words;
  };
  return { parts: [field, said], show, hide, say };
}

async function save(model, root, say) {
  try {
    const { png } = await picture(root, "", 2), link = document.createElement("a");
    link.href = `data:image/png;base64,${png}`;
    link.download = `${model.get("title")}.png`;
    link.click();
  } catch (error) {
    say(`No picture: ${error?.message ?? error}`);
  }
}

function tools(model, home, root, signal) {
  const bar = document.createElement("div"), field = codeField();
  let asked = false, full = false;
  const turn = (on) => {
    model.set("lecture", on);
    model.save_changes();
  };
  const filled = () => {
    if (full && document.fullscreenElement !== root) turn(false); // Escape, too, leaves the lecture
    full = document.fullscreenElement === root;
  };
  document.addEventListener("fullscreenchange", filled, { signal });
  bar.className = "sl-tools";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "This explorer as a whole");
  const lecture = tool("hall", "", "Full screen, large letters and thick lines; Escape leaves it", () => {
    turn(!hall(model));
    if (hall(model)) root.requestFullscreen?.().catch(() => {}); // where the page may not, it stays
    else if (document.fullscreenElement === root) document.exitFullscreen();
  });
  const copy = tool("copy", "Copy state", "Code that makes this explorer as it is now", () => {
    asked = true;
    model.send({});
  });
  const keep = tool("save", "Save picture", "A PNG file of what is shown", () => save(model, root, field.say));
  bar.append(...field.parts, lecture, copy, keep);
  home.append(bar);
  quiz(model, bar, signal);
  const look = () => {
    root.classList.toggle("sl-lecture", hall(model));
    lecture.textContent = hall(model) ? "Leave lecture view" : "Lecture view";
  };
  const turned = () => {
    look();
    requestAnimationFrame(() => root.scrollIntoView({ block: "nearest" }));
  };
  const answered = ({ code }) => {
    if (asked && code) field.show(code); // else another view of the explorer has asked
    asked &&= !code;
  };
  model.on("change:lecture", turned);
  model.on("msg:custom", answered);
  const moved = ({ target }) => bar.contains(target) || field.hide(); // to another state
  for (const kind of ["pointerdown", "keydown"]) root.addEventListener(kind, moved, { signal });
  signal.addEventListener("abort", () => {
    model.off("change:lecture", turned);
    model.off("msg:custom", answered);
  });
  look();
}
