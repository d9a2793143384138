// Predict first: one question after another, locked once answered, and answered by the explorer.

/** A question and its options; `chosen` is called once, with the number of an option. */
function posed({ ask, options }, where, chosen) {
  const words = Object.assign(document.createElement("div"), { textContent: `${where} ${ask}` });
  let open = true;
  const choose = (button, k) => {
    if (!open) return;
    open = false;
    buttons.forEach((each) => each.setAttribute("aria-disabled", true));
    button.setAttribute("aria-pressed", true);
    chosen(k);
  };
  const buttons = options.map((textContent, k) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent, className: `sl-option-${k}` });
    button.addEventListener("click", () => choose(button, k));
    return button;
  });
  const reveal = (right) => {
    buttons[right].classList.add("sl-right");
    buttons[right].prepend("✓ ");
  };
  return { parts: [words, ...buttons], reveal };
}

function quiz(model, bar, signal) {
  const questions = model.get("quiz"), panel = document.createElement("div");
  if (!questions.length) return;
  let place = 0, guess = -1, right = 0, now;
  const said = document.createElement("div"), next = document.createElement("button");
  said.setAttribute("role", "status");
  panel.className = "sl-quiz-panel";
  panel.hidden = true;
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", "Predict first");
  Object.assign(next, { type: "button", textContent: "Next", className: "sl-next" });
  const pose = () => {
    const chosen = (k) => {
      guess = k;
      model.send({ show: place }); // the explorer is set to show it and says so; its picture may come after
    };
    now = posed(questions[place], `${place + 1} of ${questions.length}.`, chosen);
    said.textContent = "";
    panel.replaceChildren(...now.parts, said);
  };
  const shown = ({ show }) => {
    if (show !== place || guess < 0) return; // another view has asked
    const { right: answer, look } = questions[place], last = place === questions.length - 1;
    right += guess === answer;
    now.reveal(answer);
    said.textContent = `${guess === answer ? "Yes" : "No"}: ${look} (${right} of ${place + 1} right.)`;
    guess = -1;
    if (!last) panel.append(next);
  };
  next.addEventListener("click", () => {
    place += 1;
    pose();
    panel.querySelector("button").focus();
  });
  const toggle = () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", !panel.hidden);
  };
  const button = tool("quiz", "Predict first", "Questions to answer before you move anything", toggle);
  button.setAttribute("aria-expanded", false);
  bar.prepend(button);
  bar.before(panel);
  const gone = () => {
    if (guess < 0) return;
    guess = -1;
    pose(); // nobody will answer: the choice is not locked
  };
  panel.addEventListener("gone", gone);
  model.on("msg:custom", shown);
  signal.addEventListener("abort", () => model.off("msg:custom", shown));
  pose();
}
