// plotly.js for all figures of a page. A browser takes a second to read it: so it comes once, and
// ahead of the figures, while the kernel still computes what they show. SHARED is whoever needs it.
const share = () => (globalThis[SHARED] ??= Promise.withResolvers());

function initialize({ model }) {
  const shared = share();
  if (shared.begun) return;
  shared.begun = true;
  const script = new Blob([model.get("bundle")], { type: "text/javascript" });
  shared.resolve(import(URL.createObjectURL(script)).then((bundle) => bundle.default));
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
