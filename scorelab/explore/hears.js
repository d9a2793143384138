// anywidget gives a widget two seconds to begin. Where a page is busy for longer, it is shown all
// the same, and never hears from its kernel again.

const NOTHING = { content: { data: { method: "nothing" } } };

/** The widget itself, of which anywidget shows a part: an event tells whose it is. */
function itself(model) {
  let widget;
  const tell = (it) => (widget = it);
  model.on("change:whose", tell);
  model.set("whose", true); // the kernel passes over a name that it does not know
  model.off("change:whose", tell);
  return widget;
}

/** How every widget takes a message, below what anywidget makes of it. */
function plainly(widget) {
  const ways = [];
  for (let it = widget; it; it = Object.getPrototypeOf(it))
    if (Object.hasOwn(it, "_handle_comm_msg")) ways.push(it._handle_comm_msg);
  return ways.at(-1).bind(widget);
}

/** Wait until the widget hears from its kernel, and knows what it has `missed` meanwhile. */
async function hears(model, missed = () => false) {
  const widget = itself(model);
  if (!widget?.comm || !widget._handle_comm_msg) return; // a saved page, or another host
  const deaf = await widget._handle_comm_msg(NOTHING).then(() => false, () => true);
  if (!deaf && !missed()) return;
  const take = plainly(widget);
  await new Promise((renewed) => {
    const asked = widget.comm.send({ method: "request_state" }, widget.callbacks());
    widget.comm.on_msg(async (message) => {
      await take(message);
      const { parent_header, content } = message;
      if (parent_header?.msg_id === asked && content.data.method === "update") renewed();
    });
  });
}
