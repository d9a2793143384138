// plotly.js for all figures of a page. A browser takes a second to read it: so it comes once, and
// ahead of the figures, while the kernel still computes what they show. SHARED is whoever needs it.
const share = () => (globalThis[SHARED] ??= Promise.withResolvers());
const PATIENCE = 10_000; // milliseconds, for what a figure has missed
const after = (time) => new Promise((done) => setTimeout(done, time));

function initialize({ model }) {
  const shared = share();
  if (shared.begun) return;
  shared.begun = true;
  const script = new Blob([model.get("bundle")], { type: "text/javascript" });
  shared.resolve(import(URL.createObjectURL(script)).then(quiet));
}

/** After each redraw plotly would report what it chose for all that was left open. Nobody asks for
 * it, and two messages of 20 kB keep page, server and kernel from the next redraw.
 * And a view that was closed would still hear of changes: it fails, and no view after it hears. */
function quiet({ FigureView, default: make }) {
  const shared = FigureView.prototype;
  const changes = Object.getOwnPropertyNames(shared).filter((name) => name.startsWith("do_"));
  const { remove } = shared;
  for (const report of ["_sendTraceDeltas", "_sendLayoutDelta"]) shared[report] = () => {};
  shared.remove = function () {
    for (const name of changes) this[name] = () => {};
    remove.call(this);
    this.el.on = () => {}; // which it calls when it has drawn, also what was closed meanwhile
  };
  return make;
}

const plotly = { initialize };

function figure() {
  let made;
  return {
    initialize({ model }) {
      let missed = false;
      const note = () => (missed = true);
      model.on("change", note);
      made = share().promise.then(async (make) => {
        model.off("change", note);
        const widget = make();
        widget.initialize({ model });
        // An old figure is better than none.
        await Promise.race([hears(model, () => missed).catch(() => {}), after(PATIENCE)]);
        return widget;
      });
    },
    render: async (view) => (await made).render(view),
  };
}
