function render({ model, el }) {
  const explorer = () => el.closest(".sl-explorer");
  const there = () => explorer()?.querySelector(".js-plotly-plot .main-svg");
  const answer = () => {
    model.set("drawn", model.get("sent"));
    model.save_changes();
  };
  const opened = () => (there() ? answer() : requestAnimationFrame(opened));
  const redrawn = () => {
    if (there()) requestAnimationFrame(answer); // figures move first
  };
  const keep = (event) => {
    const jupyter =
      event.ctrlKey ||
      event.metaKey ||
      event.key === "Escape" ||
      (event.key === "Enter" && event.shiftKey);
    if (!jupyter) event.stopPropagation();
  };
  model.on("change:sent", redrawn);
  requestAnimationFrame(opened);
  let unlook = () => {};
  const looked = () => {
    if (there()) unlook = look(model, explorer());
    else requestAnimationFrame(looked);
  };
  requestAnimationFrame(looked);
  requestAnimationFrame(() => explorer()?.addEventListener("keydown", keep));
  return () => unlook();
}

export default { render };
