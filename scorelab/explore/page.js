function render({ model, el }) {
  const closed = new AbortController();
  const explorer = () => el.closest(".sl-explorer");
  const there = () => explorer()?.querySelector(".js-plotly-plot .main-svg");
  const answer = () => {
    model.set("drawn", model.get("sent"));
    model.save_changes();
  };
  const opened = () => {
    if (there()) answer();
    else if (!closed.signal.aborted) requestAnimationFrame(opened);
  };
  const redrawn = () => {
    if (there()) requestAnimationFrame(answer); // figures move first
  };
  const placed = () => {
    if (explorer()) {
      explorer().classList.add("sl-alive"); // else it says what may be missing
      signs(model, el, explorer(), closed.signal);
      tools(model, el, explorer(), closed.signal);
    } else if (!closed.signal.aborted) requestAnimationFrame(placed);
  };
  model.on("change:sent", redrawn);
  requestAnimationFrame(opened);
  const looked = () => {
    if (there()) closed.signal.addEventListener("abort", look(model, explorer()));
    else if (!closed.signal.aborted) requestAnimationFrame(looked);
  };
  requestAnimationFrame(placed);
  requestAnimationFrame(looked);
  return () => {
    closed.abort();
    model.off("change:sent", redrawn);
  };
}

export default { initialize: ({ model }) => void hears(model), render };
