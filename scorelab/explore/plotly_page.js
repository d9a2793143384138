// plotly.js for all figures of a page. A browser takes a second to read it: so it comes once, and
// ahead of the figures, while the kernel still computes what they show. SHARED is whoever needs it.
const share = () => (globalThis[SHARED] ??= Promise.withResolvers());

function initialize({ model }) {
  const shared = share();
  if (shared.begun) return;
  shared.begun = true;
  const script = new Blob([model.get("bundle")], { type: "text/javascript" });
  shared.resolve(import(URL.createObjectURL(script)).then(quiet));
}

/** After each redraw plotly would report what it chose for all that was left open. Nobody asks for
 * it, and two messages of 20 kB keep page, server and kernel from the next redraw. */
function quiet({ FigureView, default: make }) {
  for (const report of ["_sendTraceDeltas", "_sendLayoutDelta"]) FigureView.prototype[report] = () => {};
  return make;
}

const plotly = { initialize };

function figure() {
  let made;
  return {
    initialize({ model }) {
      made = share().promise.then((make) => {
        const widget = make();
        widget.initialize({ model });
        return widget;
      });
    },
    render: async (view) => (await made).render(view),
  };
}
