// Slides of a notebook: reveal.js turns them, and each explorer is loaded when it is come to.
"use strict";
const NOT_BELOW = 20; // letters, in pixels

/** Where `make present` serves the slides, explorers are alive; else they are films. */
const { live, token } = Object.fromEntries(new URLSearchParams(location.search));

function enliven(home) {
  const [name] = location.pathname.split("/").at(-1).split(".");
  const number = [...document.querySelectorAll(".sl-film")].indexOf(home);
  const frame = document.createElement("iframe");
  frame.src = `${live}/${name}-${number}.ipynb?token=${token}`;
  frame.title = "The explorer, alive";
  home.replaceChildren(frame);
}

/** A slide that is too large, as with letters of other shapes, takes smaller ones. */
const tooLarge = (slide) => slide.scrollHeight > innerHeight || slide.scrollWidth > innerWidth;

function fit(slide) {
  slide.style.fontSize = ""; // of a window that has grown, letters grow again
  for (let size = parseFloat(getComputedStyle(slide).fontSize); tooLarge(slide); size -= 1) {
    if (size < NOT_BELOW) break;
    slide.style.fontSize = `${size}px`;
  }
}

const typing = () => document.activeElement.closest?.(".sl-film, iframe");
Reveal.initialize({
  disableLayout: true,
  hash: true,
  transition: "none",
  slideNumber: "c/t",
  viewDistance: 2,
  plugins: [RevealNotes],
  keyboardCondition: ({ key }) => !typing() || key.startsWith("Page"),
});
Reveal.on("slidechanged", ({ currentSlide }) => fit(currentSlide));
Reveal.on("ready", ({ currentSlide }) => fit(currentSlide));
addEventListener("resize", () => fit(Reveal.getCurrentSlide()));
// Who has dragged a slider goes on with the arrow keys through the slides.
document.addEventListener("pointerup", () => document.activeElement.matches("input[type=range]") && document.activeElement.blur());

if (live) {
  Reveal.on("slidechanged", ({ currentSlide }) => currentSlide.querySelectorAll(".sl-film:not(:has(iframe))").forEach(enliven));
} else {
  document.body.append(Object.assign(document.createElement("script"), { src: "player.js" }));
}
